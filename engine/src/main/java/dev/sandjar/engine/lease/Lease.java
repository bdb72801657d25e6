package dev.sandjar.engine.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Until when a sandbox may live, and what counts against it.
 *
 * @param expiresAt the end of its lifetime
 * @param idleLimit how long it may go unused; empty: for ever
 * @param lastActivity when it was last used
 * @param inUse somebody uses it at this moment
 * @param frozen it cannot be used
 */
public record Lease(
        Instant expiresAt, Optional<Duration> idleLimit, Instant lastActivity, boolean inUse, boolean frozen) {}
