package dev.sandjar.runtime;

import dev.sandjar.SandboxException;
import java.time.Duration;

/**
 * The instant until which a piece of work must be done, handed down from the door. Measured on the monotonic clock, so a clock that is
 * set does not move it.
 */
public final class Deadline {
    private final String limit;
    private final Duration length;
    private final long endNanos;

    private Deadline(String limit, Duration length) {
        this.limit = limit;
        this.length = length;
        this.endNanos = System.nanoTime() + length.toNanos();
    }

    /**
     * A deadline that begins now.
     *
     * @param limit the limit's name in the configuration, for the error
     * @param length more than zero
     * @return the deadline
     */
    public static Deadline in(String limit, Duration length) {
        return new Deadline(limit, length);
    }

    /**
     * What is left.
     *
     * @return zero when it has passed
     */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }

    /**
     * Whether it has passed.
     *
     * @return true when nothing is left
     */
    public boolean passed() {
        return System.nanoTime() - endNanos >= 0;
    }

    /**
     * The error for it.
     *
     * @param doing what was being done, such as {@code pulling python:3.11}
     * @return {@code DEADLINE_EXCEEDED}, naming the limit
     */
    public SandboxException exceeded(String doing) {
        return SandboxException.deadlineExceeded(limit, length.toMillis() / 1000.0 + " s", doing);
    }

    /**
     * Fails when it has passed.
     *
     * @param doing as {@link #exceeded}
     */
    public void check(String doing) {
        if (passed()) {
            throw exceeded(doing);
        }
    }
}
