package dev.sandjar.compat.sessions;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What kind of session is wanted.
 *
 * @param ttl until when it lives, from its creation on: 60 seconds to 8 hours
 * @param image its root filesystem, such as {@code python:3.11}; the server's own choice when empty
 * @param metadata the caller's own, values as JSON can have them; not sent when empty
 * @param sshPublicKey a line as in {@code authorized_keys}, for {@link SessionSshClient}; none when empty
 * @param idempotencyKey the same key makes the same session, at servers that know the header; with it, and only then, a create is repeated after a
 *     lost connection
 */
public record SessionSpec(
        Duration ttl,
        Optional<String> image,
        Map<String, Object> metadata,
        Optional<String> sshPublicKey,
        Optional<String> idempotencyKey) {
    /** The shortest life. */
    public static final Duration SHORTEST_TTL = Duration.ofMinutes(1);
    /** The longest life. */
    public static final Duration LONGEST_TTL = Duration.ofHours(8);
    /** The life of a session for which none was asked. */
    public static final Duration DEFAULT_TTL = Duration.ofHours(1);

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException a part is out of its range, or blank
     */
    public SessionSpec {
        Checks.seconds("ttl", ttl, SHORTEST_TTL, LONGEST_TTL);
        image.ifPresent(text -> Checks.notBlank("image", text));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata)); // Map.copyOf refuses null values
        sshPublicKey.ifPresent(SessionSpec::checkKey);
        idempotencyKey.ifPresent(key -> Checks.headerValue("Idempotency-Key", Checks.notBlank("idempotencyKey", key)));
    }

    private static void checkKey(String key) {
        if (Checks.notBlank("sshPublicKey", key).contains("PRIVATE KEY")) {
            throw new IllegalArgumentException("sshPublicKey is a private key; give the line of its .pub file");
        }
    }

    /** One hour in the server's usual image. */
    public static SessionSpec defaults() {
        return builder().build();
    }

    /** All parts are optional. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the parts; {@link #build} checks them. */
    public static final class Builder {
        private Duration ttl = DEFAULT_TTL;
        private Optional<String> image = Optional.empty();
        private Map<String, Object> metadata = Map.of();
        private Optional<String> sshPublicKey = Optional.empty();
        private Optional<String> idempotencyKey = Optional.empty();

        private Builder() {}

        /** 60 seconds to 8 hours. */
        public Builder ttl(Duration life) {
            ttl = life;
            return this;
        }

        /** 60 to 28800. */
        public Builder ttl(int seconds) {
            return ttl(Duration.ofSeconds(seconds));
        }

        /** Such as {@code python:3.11}. */
        public Builder image(String reference) {
            image = Optional.of(reference);
            return this;
        }

        /** Values as JSON can have them. */
        public Builder metadata(Map<String, ?> values) {
            metadata = new LinkedHashMap<>(values);
            return this;
        }

        /** A line as in {@code authorized_keys}; {@link SshKeys#publicKey} makes one. */
        public Builder sshPublicKey(String line) {
            sshPublicKey = Optional.of(line);
            return this;
        }

        /** Something that no other session has, such as a random UUID; at servers that do not know the header it changes nothing but what is repeated. */
        public Builder idempotencyKey(String key) {
            idempotencyKey = Optional.of(key);
            return this;
        }

        /**
         * Checks.
         *
         * @throws IllegalArgumentException a part is out of its range, or blank
         */
        public SessionSpec build() {
            return new SessionSpec(ttl, image, metadata, sshPublicKey, idempotencyKey);
        }
    }
}
