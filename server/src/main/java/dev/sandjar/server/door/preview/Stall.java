package dev.sandjar.server.door.preview;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Strikes once when nothing has moved for too long, or when all has lasted too long. */
final class Stall implements AutoCloseable {
    private final Vertx vertx;
    private volatile long moved = System.nanoTime();
    private volatile boolean struck;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private Runnable strike = () -> {};
    private long limit; // nanoseconds
    private final long atLast;
    private long next;
    private boolean closed;

    /** @param longest in all */
    Stall(Vertx vertx, Duration longest) {
        this.vertx = vertx;
        atLast = vertx.setTimer(longest.toMillis(), _ -> strike());
    }

    /**
     * From now on, instead of what was watched before.
     *
     * @param longest from one movement to the next
     * @param whenStruck run on an event loop
     */
    void watch(Duration longest, Runnable whenStruck) {
        moved();
        lock.lock();
        try {
            limit = longest.toNanos();
            strike = whenStruck;
            vertx.cancelTimer(next);
            await(limit);
        } finally {
            lock.unlock();
        }
    }

    /** The time begins anew. Costs nothing: the timer finds out by itself. */
    void moved() {
        moved = System.nanoTime();
    }

    boolean struck() {
        return struck;
    }

    private void await(long nanos) {
        if (!closed) {
            next = vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), _ -> look());
        }
    }

    private void look() {
        lock.lock();
        try {
            long left = moved + limit - System.nanoTime();
            if (left > 0) {
                await(left);
                return;
            }
        } finally {
            lock.unlock();
        }
        strike();
    }

    private void strike() {
        Runnable what;
        lock.lock();
        try {
            struck = !closed;
            what = closed ? () -> {} : strike;
        } finally {
            lock.unlock();
        }
        what.run();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            vertx.cancelTimer(atLast);
            vertx.cancelTimer(next);
        } finally {
            lock.unlock();
        }
    }
}
