package dev.sandjar.server.door.api;

import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.Frame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One client's way through a command's output. It outlives the client's connections: what was sent is kept until the client says that it
 * has it, and sent again on the next connection. What is kept is bounded; then the command waits, if it holds its output.
 *
 * <p>Threads: one of its own reads the command; connections come and go on theirs.
 */
final class OutputSession {
    /** May always be kept; more than a client has before it says so when nothing more comes. */
    private static final int LEAST = 128 * 1024;

    /** Is kept at most: enough to be sent while the client's word is on its way. */
    private static final int MOST = 2 << 20;

    /** All sessions together keep no more than this, but for each one's {@link #LEAST}. */
    private static final long ALL = Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 4);

    private static final int OVERHEAD = 256; // of a frame in memory

    /** Where output goes while one connection lasts. Nothing here waits. */
    interface Reader {
        void tell(Frame.Told frame);

        /** All that may be kept was told; whether this reader says what it has taken, so that more can follow. */
        boolean takes();

        /** No more comes on this connection. */
        void end(Frame last);

        /** This connection is of no use any more: another one has taken its place, or nobody wants this. */
        void cut();
    }

    private final RunningCommand command;
    private final Iterator<Output> output;
    private final AtomicLong keptByAll;
    private final Thread pump;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final Deque<Frame.Told> kept = new ArrayDeque<>();
    private long from; // of what is kept
    private long to;
    private int cost;
    private @Nullable Reader reader;
    private @Nullable Frame last;
    private boolean told; // the last, to a reader that does not say what it takes
    private boolean over;
    private @Nullable Reader joined; // the last one that came, also when it was ended since
    private @Nullable Runnable whenBack;

    /**
     * @param command at the offset, let go of when this is over
     * @param keptByAll what all sessions keep together
     */
    OutputSession(RunningCommand command, long offset, AtomicLong keptByAll) {
        this.command = command;
        this.output = command.output();
        this.keptByAll = keptByAll;
        this.from = offset;
        this.to = offset;
        this.pump = Thread.ofVirtual().name("output-" + command.id()).start(this::pump);
    }

    // ---- the thread that reads the command

    private void pump() {
        try {
            while (awaitRoom()) {
                keep(next());
            }
        } catch (InterruptedException e) {
            // it is over
        } finally {
            command.close();
        }
    }

    private Frame next() {
        try {
            return output.hasNext() ? new Frame.Told(output.next()) : ended(command.await());
        } catch (SandboxException e) {
            return new Frame.Failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Frame.Failed(SandboxException.internal("let go of", e));
        } catch (RuntimeException e) {
            return new Frame.Failed(ApiCall.unknown(e));
        }
    }

    private Frame ended(Ending ending) {
        return new Frame.Ended(ending, to);
    }

    /** False when there is nothing more to read. */
    private boolean awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!over && last == null && isFull()) {
                endReaderThatDoesNotTake();
                changed.await();
            }
            return !over && last == null;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return cost >= LEAST && (cost >= MOST || keptByAll.get() >= ALL);
    }

    private void endReaderThatDoesNotTake() {
        if (reader != null && !reader.takes()) {
            reader.end(new Frame.End());
            reader = null;
        }
    }

    private void tellLast() {
        if (reader != null && last != null) {
            told |= !reader.takes();
            reader.end(last);
        }
    }

    private void keep(Frame frame) {
        lock.lock();
        try {
            if (over) {
                return;
            }
            if (frame instanceof Frame.Told told) {
                kept.add(told);
                count(cost(told));
                to = end(told);
                if (reader != null) {
                    reader.tell(told);
                    if (cost >= LEAST) {
                        endReaderThatDoesNotTake();
                    }
                }
            } else {
                last = frame;
                tellLast();
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- connections

    /** Whether all from the offset on is kept, or still to come. */
    boolean has(long offset) {
        lock.lock();
        try {
            return !over && offset >= from && offset <= to;
        } finally {
            lock.unlock();
        }
    }

    /** A connection that has everything before the offset. */
    void join(Reader joining, long offset) {
        lock.lock();
        try {
            if (reader != null) {
                reader.cut();
            }
            reader = joining;
            joined = joining;
            back();
            forget(offset);
            kept.forEach(joining::tell);
            if (over) {
                joining.cut();
            } else if (last != null) {
                tellLast();
            } else if (cost >= LEAST) {
                endReaderThatDoesNotTake();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has everything before the offset. */
    void taken(long offset) {
        lock.lock();
        try {
            forget(offset);
        } finally {
            lock.unlock();
        }
    }

    private void back() {
        if (whenBack != null) {
            whenBack.run();
            whenBack = null;
        }
    }

    private void forget(long offset) {
        from = Math.clamp(offset, from, to);
        for (Frame.Told oldest = kept.peek(); oldest != null && end(oldest) <= from; oldest = kept.peek()) {
            count(-cost(kept.remove()));
        }
        changed.signalAll();
    }

    /** Whether the client has all there ever will be. */
    boolean isDone() {
        lock.lock();
        try {
            return over || (last != null && (kept.isEmpty() || !(last instanceof Frame.Ended) || told));
        } finally {
            lock.unlock();
        }
    }

    /**
     * A connection is gone.
     *
     * @param whenBack run when another one comes, or this is closed; not at all when another one has come already
     * @return whether this waits for its client now
     */
    boolean leave(Reader leaving, Runnable whenBack) {
        lock.lock();
        try {
            if (over || !leaving.equals(joined)) {
                return false;
            }
            joined = null;
            reader = null;
            this.whenBack = whenBack;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #close}, unless a connection has come. */
    boolean closeIfAway() {
        lock.lock();
        try {
            if (joined != null) {
                return false;
            }
            close();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of the command, and of what is kept. */
    void close() {
        lock.lock();
        try {
            over = true;
            kept.clear();
            count(-cost);
            if (reader != null) {
                reader.cut();
                reader = null;
            }
            back();
        } finally {
            lock.unlock();
        }
        pump.interrupt();
    }

    private void count(int change) {
        cost += change;
        keptByAll.addAndGet(change);
    }

    private static int cost(Frame.Told told) {
        return OVERHEAD
                + (told.output() instanceof Output.Chunk chunk ? chunk.bytes().remaining() : 0);
    }

    private static long end(Frame.Told told) {
        return switch (told.output()) {
            case Output.Chunk(var _, long offset, var bytes) -> offset + bytes.remaining();
            case Output.Gap(long _, long until) -> until;
        };
    }
}
