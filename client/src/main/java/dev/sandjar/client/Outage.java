package dev.sandjar.client;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A time in which the server cannot be reached: paces the attempts, and gives up at the limit. For one thread. */
final class Outage {
    private static final long SHORTEST_PAUSE = 20;
    private static final long LONGEST_PAUSE = 1_000;

    private final Server server;
    private final Duration limit;
    private final CountDownLatch closed;
    private long began; // nanoTime; meaningful while attempts > 0
    private int attempts;

    Outage(Server server, Duration limit, CountDownLatch closed) {
        this.server = server;
        this.limit = limit;
        this.closed = closed;
    }

    /** Something came: whatever fails next is a new outage. */
    void over() {
        attempts = 0;
    }

    /** Whether something has failed since the last success. */
    boolean lasts() {
        return attempts > 0;
    }

    /**
     * Returns when it is time to try again: at once after the first failure.
     *
     * @throws SandboxException {@code UNAVAILABLE} when the limit has passed, or the interruption of this thread
     */
    void failed(IOException why) {
        if (Thread.currentThread().isInterrupted()) {
            throw Server.interrupted(why);
        }
        if (attempts++ == 0) {
            began = System.nanoTime();
            if (limit.isZero()) {
                throw givenUp(why);
            }
            return;
        }
        long left = limit.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        if (left <= 0) {
            throw givenUp(why);
        }
        long pause = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE << Math.min(attempts, 10));
        try {
            if (closed.await(Math.min(pause, left), TimeUnit.MILLISECONDS)) {
                throw givenUp(why);
            }
        } catch (InterruptedException e) {
            throw Server.interrupted(e);
        }
    }

    private SandboxException givenUp(IOException why) {
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                "the connection to server " + server.address() + " was cut and could not be made again within the limit"
                        + " \"reconnect\" (" + limit.toSeconds() + " s)",
                "look whether the server still runs; what ran in the sandbox goes on",
                why);
    }
}
