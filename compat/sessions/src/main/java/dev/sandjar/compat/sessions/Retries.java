package dev.sandjar.compat.sessions;

import java.time.Duration;

/**
 * How often, and for how long, a request is repeated that the server had no room for (429) or whose connection was lost.
 *
 * @param attempts in all, the first one included: 1 to 100
 * @param limit from the first attempt on, no pause begins that would end later: 0 to 1 hour
 */
public record Retries(int attempts, Duration limit) {
    private static final Duration LONGEST = Duration.ofHours(1); // before what is checked against it

    /** Five attempts within thirty seconds. */
    public static final Retries DEFAULT = new Retries(5, Duration.ofSeconds(30));

    /**
     * Checks.
     *
     * @throws IllegalArgumentException a part is out of its range
     */
    public Retries {
        Checks.inRange("attempts", attempts, 1, 100);
        if (limit.isNegative() || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("limit is " + limit + ", allowed: 0 seconds to 1 hour");
        }
    }

    /** Every failure is told at once. */
    public static Retries none() {
        return new Retries(1, Duration.ZERO);
    }
}
