package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a stream and was not taken yet; a bounded amount. When it is full whoever adds waits, and with it the connection, for as long as
 * its patience lasts; then this stream alone loses what comes until there is room again, and says so.
 */
final class Backlog {
    private static final int ROOM = 1 << 20; // characters
    private static final int OVERHEAD = 64;

    private final long processId;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<CommandEvent> events = new ArrayDeque<>();
    private long size;
    private boolean skipping;
    private boolean over; // nothing more comes
    private boolean read; // nothing more is given
    private @Nullable KubeboxException failure;

    Backlog(long processId, Duration patience) {
        this.processId = processId;
        this.patience = patience;
    }

    /** Waits for room; one thread at a time. */
    void add(CommandOutput output) {
        lock.lock();
        try {
            if (skipping || !waitForRoom(cost(output))) {
                return;
            }
            put(output);
        } finally {
            lock.unlock();
        }
    }

    private boolean waitForRoom(long cost) {
        long left = patience.toNanos();
        try {
            while (!over && size > 0 && size + cost > ROOM) {
                if (left <= 0) {
                    skip();
                    return false;
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            skip();
            return false;
        }
        return !over;
    }

    private void skip() {
        skipping = true;
        put(new CommandGap("its reader was too slow for longer than " + patience, processId));
    }

    private void put(CommandEvent event) {
        events.add(event);
        size += cost(event);
        changed.signalAll();
    }

    private static long cost(CommandEvent event) {
        return (long) event.output().length() + OVERHEAD;
    }

    /** From here on it may be incomplete. */
    void gap(String reason) {
        lock.lock();
        try {
            if (!over) {
                put(new CommandGap(reason, processId));
            }
        } finally {
            lock.unlock();
        }
    }

    void end(CommandExit exit) {
        lock.lock();
        try {
            if (!over) {
                put(exit);
                over = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What has come is still given out, then this is told. */
    void fail(KubeboxException why) {
        lock.lock();
        try {
            if (!over) {
                over = true;
                failure = why;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will read it. */
    void forget() {
        lock.lock();
        try {
            over = true;
            read = true;
            events.clear();
            size = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isRead() {
        lock.lock();
        try {
            return read;
        } finally {
            lock.unlock();
        }
    }

    /** Empty when nothing has come within the limit. */
    Optional<CommandEvent> take(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            awaitSomething(limit);
            if (read) {
                throw new NoSuchElementException("the stream of process " + processId + " has ended");
            }
            if (events.isEmpty() && failure != null) {
                read = true;
                throw failure;
            }
            return Optional.ofNullable(taken(events.poll()));
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is something to take, or will be nothing any more, within the limit. */
    boolean awaitSomething(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = limit.toNanos();
            while (events.isEmpty() && !over && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !events.isEmpty() || over;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable CommandEvent taken(@Nullable CommandEvent event) {
        if (event != null) {
            size -= cost(event);
            skipping &= size > ROOM / 2;
            read = event instanceof CommandExit;
            changed.signalAll();
        }
        return event;
    }
}
