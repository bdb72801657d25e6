package dev.sandjar.compat.sessions;

import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.config.keys.KeyUtils;

/**
 * Whom to believe that it is a session's SSH server. Hosts are called {@code session-<id>}. A key that is another than the known one is refused by
 * all but {@link #trustAnybody}.
 */
public final class HostKeyPolicy {
    private final Rule rule;

    private HostKeyPolicy(Rule rule) {
        this.rule = rule;
    }

    private interface Rule {
        /** Empty when the key is believed; why not otherwise. */
        Optional<String> objection(String host, PublicKey key);
    }

    /** Believes the first key of a host, and from then on, for as long as this policy is used, only that one. */
    public static HostKeyPolicy acceptNew() {
        Map<String, PublicKey> seen = new ConcurrentHashMap<>();
        return new HostKeyPolicy((host, key) -> {
            PublicKey before = seen.putIfAbsent(host, key);
            return before == null || KeyUtils.compareKeys(before, key)
                    ? Optional.empty()
                    : Optional.of(changed(before));
        });
    }

    /**
     * Believes the first key of a host, and writes it into a file of OpenSSH's form; from then on only that one.
     *
     * @param knownHosts made when it is not there
     */
    public static HostKeyPolicy acceptNew(Path knownHosts) {
        var file = new KnownHosts(knownHosts);
        return new HostKeyPolicy((host, key) -> file.objection(host, key, true));
    }

    /**
     * Believes what a file of OpenSSH's form has, and nothing else.
     *
     * @param knownHosts with lines for {@code session-<id>}, or patterns such as {@code session-*}
     */
    public static HostKeyPolicy strict(Path knownHosts) {
        var file = new KnownHosts(knownHosts);
        return new HostKeyPolicy((host, key) -> file.objection(host, key, false));
    }

    /**
     * Believes one key, and nothing else.
     *
     * @param fingerprint as {@code ssh-keygen -l} tells it: {@code SHA256:} and base64
     */
    public static HostKeyPolicy only(String fingerprint) {
        if (!fingerprint.matches("SHA256:[A-Za-z0-9+/]{43}")) {
            throw new IllegalArgumentException(
                    "fingerprint is " + Checks.quoted(fingerprint) + ", allowed: SHA256: and 43 characters of base64");
        }
        return new HostKeyPolicy((_, key) ->
                fingerprint(key).equals(fingerprint) ? Optional.empty() : Optional.of("it is not " + fingerprint));
    }

    /** Believes everybody, also who sits in between and reads all: for trials only. */
    public static HostKeyPolicy trustAnybody() {
        return new HostKeyPolicy((_, _) -> Optional.empty());
    }

    Optional<String> objection(String host, PublicKey key) {
        return rule.objection(host, key);
    }

    static String changed(PublicKey before) {
        return "the known one is " + fingerprint(before)
                + ": somebody may sit in between, or the session was made anew";
    }

    static String fingerprint(PublicKey key) {
        return KeyUtils.getFingerPrint(key);
    }
}
