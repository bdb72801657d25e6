package dev.sandjar.compat.sessions;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A session as the server last told it.
 *
 * @param sessionId its name, a UUID at most servers
 * @param status where it is in its life
 * @param createdAt when it was made
 * @param expiresAt when the server will end it
 * @param lastActivityAt when it was last used; empty where the server does not say
 * @param metadata what was given at its creation, values as JSON has them ({@code null} among them); empty when there is none
 */
public record Session(
        String sessionId,
        SessionStatus status,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> lastActivityAt,
        Map<String, Object> metadata) {
    /** Copies. */
    public Session {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata)); // Map.copyOf refuses null values
    }
}
