package dev.sandjar.client;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.StreamMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command's output from an offset to its end, over as many connections as that takes. What has arrived and was not read yet is bounded by a window:
 * a reader that stops stalls its own channel only. For one reader; {@link #close} and {@link #confirm} may come from other threads.
 */
final class OutputFollower implements SandboxStream.Listener, AutoCloseable {
    private static final int WINDOW = 1 << 20; // in flight and unread; much less than a journal
    private static final int MOST_UNTOLD = WINDOW / 2; // is read before the server is told
    private static final int MOST_UNTOLD_WHEN_QUIET = 64 * 1024; // as that, when nothing more has arrived

    private final SandboxStream stream;
    private final int channel;
    private final CommandId id;
    private final Outage outage;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final Deque<Output> arrived = new ArrayDeque<>();
    private @Nullable CommandSpec starting; // until the server has said that it is started
    private boolean attached; // to the connection that there is
    private boolean said; // that it shall be started
    private @Nullable SandboxException refused; // for now: to be asked for again
    private @Nullable SandboxException failure;
    private boolean closed;
    private long end; // of what has arrived
    private long asked; // no output before that is ours to see on this connection
    private long offset; // of what was read
    private long confirmed;
    private boolean confirming; // our reader does
    private int untold;
    private Optional<Ending> ending = Optional.empty();

    private OutputFollower(
            Server server, SandboxStream stream, int channel, CommandId id, @Nullable CommandSpec spec, long offset) {
        this.stream = stream;
        this.channel = channel;
        this.id = id;
        this.outage = server.outage();
        this.starting = spec;
        this.end = offset;
        this.asked = offset;
        this.offset = offset;
        this.confirmed = offset;
    }

    /** Begins to follow; returns when the server does. */
    static OutputFollower open(Server server, SandboxId sandbox, CommandId id, long offset) {
        OutputFollower follower = server.streams()
                .open(sandbox, (stream, channel) -> new OutputFollower(server, stream, channel, id, null, offset));
        try {
            follower.awaitAttached();
        } catch (SandboxException e) {
            follower.close(); // nobody else knows of it
            throw e;
        }
        return follower;
    }

    /** Starts a command, and follows it from the beginning. */
    static OutputFollower start(Server server, SandboxId sandbox, CommandId id, CommandSpec spec) {
        return server.streams()
                .open(sandbox, (stream, channel) -> new OutputFollower(server, stream, channel, id, spec, 0));
    }

    /** Known after {@link #next} has returned null. */
    Optional<Ending> ending() {
        return locked(() -> ending);
    }

    long offset() {
        return locked(() -> offset);
    }

    private interface Getter<T> {
        T get();
    }

    private <T> T locked(Getter<T> getter) {
        lock.lock();
        try {
            return getter.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- for the reader

    private void awaitAttached() {
        awaiting(() -> attached || ending.isPresent());
    }

    /** Waits for more; null when the command has ended and all was told. */
    @Nullable
    Output next() {
        StreamMessage.FromClient news = null;
        Output next;
        lock.lock();
        try {
            awaiting(() -> !arrived.isEmpty() || ending.isPresent());
            next = arrived.poll();
            if (next != null) {
                offset = next.end();
                untold += StreamMessage.PIECE + next.size();
                news = news();
            }
        } finally {
            lock.unlock();
        }
        if (news != null) {
            stream.send(news);
        }
        return next;
    }

    private StreamMessage.@Nullable FromClient news() {
        boolean little = untold < (arrived.isEmpty() ? MOST_UNTOLD_WHEN_QUIET : MOST_UNTOLD);
        if (little || ending.isPresent()) {
            return null;
        }
        untold = 0;
        return taken();
    }

    private StreamMessage.Taken taken() {
        return new StreamMessage.Taken(channel, offset, confirming ? confirmed : offset);
    }

    /** Waits for something, or for the end of all hope. */
    private void awaiting(Getter<Boolean> condition) {
        boolean again = true;
        while (again) {
            again = awaitedUnlessRefused(condition);
        }
    }

    private boolean awaitedUnlessRefused(Getter<Boolean> condition) {
        SandboxException why;
        try {
            lock.lockInterruptibly();
            try {
                while (!condition.get() && failure == null && refused == null && !closed) {
                    changed.await();
                }
                if (condition.get()) {
                    return false;
                }
                if (failure != null) {
                    throw failure;
                }
                if (closed) {
                    throw new SandboxException(
                            ErrorCode.INVALID_STATE, "the command was let go of", "attach to it again", null);
                }
                why = refused;
                refused = null;
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            throw Server.interrupted(e);
        }
        outage.failed(new IOException(why));
        stream.send(again());
        return true;
    }

    /** From now on what is not confirmed is held, over cuts too; until the first call, what was read is confirmed. */
    void confirm(long position) {
        StreamMessage.FromClient news = null;
        lock.lock();
        try {
            confirming = true;
            if (position > offset) {
                throw beyond(position, offset);
            }
            if (position > confirmed) {
                confirmed = position;
                untold = 0;
                news = taken();
            }
        } finally {
            lock.unlock();
        }
        if (news != null) {
            stream.send(news);
        }
    }

    static SandboxException beyond(long position, long offset) {
        return SandboxException.invalid("offset", position, "at most " + offset + ", up to which output was read");
    }

    // ---- for the connection

    @Override
    public StreamMessage.FromClient again() {
        lock.lock();
        try {
            refused = null;
            CommandSpec spec = starting;
            if (spec != null) {
                said = true;
                return new StreamMessage.Start(channel, id, spec, OptionalInt.of(WINDOW));
            }
            asked = confirming ? confirmed : end;
            return new StreamMessage.Attach(channel, id, asked, 0, OptionalInt.of(WINDOW));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void hear(StreamMessage.FromServer message) {
        boolean over = false;
        boolean again = false;
        lock.lock();
        try {
            switch (message) {
                case StreamMessage.Opened _ -> {
                    attached = true;
                    starting = null;
                }
                case StreamMessage.Told(int _, Output.Chunk chunk) -> tell(chunk);
                case StreamMessage.Told(int _, Output.Gap gap) -> tell(gap);
                case StreamMessage.Ended(int _, Ending how, long _) -> {
                    ending = Optional.of(how);
                    over = true;
                }
                case StreamMessage.Failed(int _, var about, SandboxException why)
                when about == StreamMessage.About.CHANNEL -> {
                    again = isStarted(why);
                    over = !again && !isForNow(why);
                    if (over) {
                        failure = why;
                    } else if (!again) {
                        refused = why;
                    }
                }
                default -> {
                    // not about output
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (again) { // not by this thread, which reads: the server may want to be read before it reads on
            Thread.ofVirtual().name("output-again").start(() -> stream.send(again()));
        } else if (over) {
            Thread.ofVirtual().name("output-left").start(() -> stream.leave(channel));
        }
    }

    /** It was, before a cut, by us: nobody else knows its name. */
    private boolean isStarted(SandboxException why) {
        boolean is = starting != null && said && why.code() == ErrorCode.ALREADY_EXISTS;
        if (is) {
            starting = null;
        }
        return is;
    }

    /** Once it was attached, a server that has no room or is starting may be asked again. */
    private boolean isForNow(SandboxException why) {
        return attached && why.code().retry() == ErrorCode.Retry.AFTER_DELAY;
    }

    /** What was not confirmed may come twice: before a cut and after it. */
    private void tell(Output.Chunk chunk) {
        ByteBuffer bytes = chunk.bytes();
        expect(chunk.offset() >= asked);
        asked = chunk.end();
        outage.over();
        if (asked <= end) {
            return;
        }
        int known = (int) Math.max(0, end - chunk.offset());
        end = asked;
        arrived.add(
                known == 0
                        ? chunk
                        : new Output.Chunk(
                                chunk.stream(),
                                chunk.offset() + known,
                                bytes.slice(bytes.position() + known, bytes.remaining() - known)));
    }

    private void tell(Output.Gap gap) {
        expect(gap.from() >= asked && gap.to() > gap.from());
        asked = gap.to();
        if (gap.to() > end) {
            arrived.add(new Output.Gap(Math.max(gap.from(), end), gap.to()));
            end = gap.to();
        }
    }

    private static void expect(boolean holds) {
        if (!holds) {
            throw SandboxException.invalid("offset", "output that was told before", "what follows it");
        }
    }

    @Override
    public void fail(SandboxException why) {
        lock.lock();
        try {
            if (ending.isEmpty()) {
                failure = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The output is no longer held for us. */
    @Override
    public void close() {
        boolean open;
        lock.lock();
        try {
            open = !closed && ending.isEmpty() && failure == null;
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (open) {
            stream.leave(channel);
        }
    }
}
