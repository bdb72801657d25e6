package dev.sandjar.compat.sessions;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long to wait before another attempt. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Backoff() {}

    /**
     * Doubles with each attempt, and is somewhere in the upper half of that, so that those who failed together do not come back together. When the
     * server has said from when on it is worth while, it is never earlier.
     *
     * @param failed attempts so far, at least 1
     * @param chance 0 up to 1
     */
    static Duration pause(int failed, Optional<Instant> notBefore, Instant now, double chance) {
        long whole = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(failed - 1, 16));
        Duration some = Duration.ofMillis(Math.round(whole * (0.5 + chance / 2)));
        Duration wished = notBefore.map(until -> Duration.between(now, until)).orElse(Duration.ZERO);
        if (!wished.isPositive()) {
            return some;
        }
        return wished.plusMillis(Math.round(FIRST.toMillis() * chance));
    }
}
