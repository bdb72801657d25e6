package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.error.SandboxNotFoundException;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where sandboxes are. What was looked up is believed for a while, or until somebody could not connect; what the caller said stays until the sandbox
 * is deleted, since no look-up could find it.
 */
final class AddressBook {
    /** Asks the cluster. */
    interface Lookup {
        Located find(String sandboxId) throws InterruptedException;
    }

    /** @param podUid changes when the pod is replaced by another of its name */
    record Located(String podUid, String address, int port, Optional<PublicKey> hostKey) {}

    private record Known(Located located, Instant until) {}

    private record Said(Optional<String> address, Optional<Integer> port) {
        Said or(Optional<Said> earlier) {
            return new Said(
                    address.or(() -> earlier.flatMap(Said::address)), port.or(() -> earlier.flatMap(Said::port)));
        }
    }

    private final Lookup lookup;
    private final int usualPort;
    private final Duration lifetime;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Said> said = new ConcurrentHashMap<>();

    /** @param usualPort where nobody knows better */
    AddressBook(Lookup lookup, int usualPort, Duration lifetime, InstantSource clock) {
        this.lookup = lookup;
        this.usualPort = usualPort;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    Located find(String sandboxId) throws InterruptedException {
        Said other = said.get(sandboxId);
        Located found = lookedUp(sandboxId, other);
        return other == null
                ? found
                : new Located(
                        found.podUid(),
                        other.address().orElse(found.address()),
                        other.port().orElse(found.port()),
                        found.hostKey());
    }

    private Located lookedUp(String sandboxId, @Nullable Said other) throws InterruptedException {
        Known entry = known.get(sandboxId);
        if (entry == null || !clock.instant().isBefore(entry.until())) {
            entry = new Known(lookUp(sandboxId, other), clock.instant().plus(lifetime));
            known.put(sandboxId, entry);
        }
        return entry.located();
    }

    /** Whose address was said need not be in this cluster; then nothing is known of its host key either. */
    private Located lookUp(String sandboxId, @Nullable Said other) throws InterruptedException {
        try {
            return lookup.find(sandboxId);
        } catch (SandboxNotFoundException e) {
            if (other == null || other.address().isEmpty()) {
                known.remove(sandboxId);
                throw e;
            }
            return new Located("", other.address().get(), usualPort, Optional.empty());
        }
    }

    boolean has(String sandboxId) {
        return known.containsKey(sandboxId) || said.containsKey(sandboxId);
    }

    void say(String sandboxId, Optional<String> address, Optional<Integer> port) {
        said.compute(sandboxId, (_, earlier) -> new Said(address, port).or(Optional.ofNullable(earlier)));
    }

    /** What was looked up may be wrong. */
    void doubt(String sandboxId) {
        known.remove(sandboxId);
    }

    void forget(String sandboxId) {
        known.remove(sandboxId);
        said.remove(sandboxId);
    }
}
