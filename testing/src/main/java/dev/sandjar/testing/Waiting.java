package dev.sandjar.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what has no event of its own: a state of the kernel, or one that only a question tells. */
public final class Waiting {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 1_000_000;

    private Waiting() {}

    /**
     * Asks until the answer is yes.
     *
     * @param what what is waited for, as in {@code "the pool is full"}
     * @param holds the question
     * @throws AssertionError after a minute, or when interrupted
     * @throws Exception what the question throws
     */
    public static void until(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() > end || Thread.interrupted()) {
                throw new AssertionError("waited in vain until " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
