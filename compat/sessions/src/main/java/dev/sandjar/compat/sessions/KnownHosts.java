package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;

/**
 * A file as OpenSSH's {@code known_hosts}: lists of hosts, hashed names and patterns, {@code @revoked}. Unlike the SSH library's own reader it takes
 * a key of another type than the known one for a changed key, not for the first one.
 */
final class KnownHosts {
    private static final int SSH_PORT = 22;
    private static final String NO_MARKER = "";
    private static final String REVOKED = "revoked";

    private final Path file;

    KnownHosts(Path file) {
        this.file = file;
    }

    /** Empty when the key is believed; why not otherwise. One at a time, so that a key is written once. */
    synchronized Optional<String> objection(String host, PublicKey key, boolean acceptNew) {
        List<KnownHostEntry> entries = entries().stream()
                .filter(entry -> entry.isHostMatch(host, SSH_PORT))
                .toList();
        if (keys(entries, REVOKED).anyMatch(revoked -> KeyUtils.compareKeys(revoked, key))) {
            return Optional.of("it is revoked in " + file);
        }
        if (keys(entries, NO_MARKER).anyMatch(known -> KeyUtils.compareKeys(known, key))) {
            return Optional.empty();
        }
        Optional<PublicKey> other = keys(entries, NO_MARKER).findFirst();
        if (other.isPresent()) {
            return other.map(HostKeyPolicy::changed);
        }
        if (!acceptNew) {
            return Optional.of(file + " has no key for " + host);
        }
        append(host + " " + PublicKeyEntry.toString(key) + "\n");
        return Optional.empty();
    }

    private Stream<PublicKey> keys(List<KnownHostEntry> entries, String marker) {
        return entries.stream()
                .filter(entry -> marker.equals(Objects.requireNonNullElse(entry.getMarker(), NO_MARKER)))
                .map(this::key);
    }

    private List<KnownHostEntry> entries() {
        try {
            return Files.exists(file) ? KnownHostEntry.readKnownHostEntries(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " cannot be read", e);
        }
    }

    private PublicKey key(KnownHostEntry entry) {
        try {
            return entry.getKeyEntry().resolvePublicKey(null, PublicKeyEntryResolver.FAILING);
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " has a key that cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the file " + file + " has a key that cannot be read", e);
        }
    }

    private void append(String line) {
        try {
            boolean unended = Files.exists(file) && !Files.readString(file).matches("(?s)|.*\n");
            Files.writeString(file, unended ? "\n" + line : line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " cannot be written", e);
        }
    }
}
