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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command's output from an offset to its end, over as many connections as that takes. A reader that stops stalls its own channel only. For one reader;
 * {@link #close} and {@link #confirm} may come from other threads.
 */
final class OutputFollower implements StreamChannel, AutoCloseable {
    private final Server server;
    private final SandboxStream stream;
    private final int channel;
    private final CommandId id;
    private final Outage outage;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final OutputWindow window;
    private @Nullable CommandSpec starting; // until the server has said that it is started
    private boolean tried; // to start it, perhaps on a connection before this one
    private boolean attached; // was said on this connection
    private boolean opened; // the server has said so once
    private @Nullable SandboxException refused; // for now: to be asked for again
    private @Nullable SandboxException failure;
    private boolean closed;
    private long confirmed;
    private boolean confirming; // our reader does
    private boolean news; // of what is confirmed
    private Optional<Ending> ending = Optional.empty();

    private OutputFollower(
            Server server, SandboxStream stream, int channel, CommandId id, @Nullable CommandSpec spec, long offset) {
        this.server = server;
        this.stream = stream;
        this.channel = channel;
        this.id = id;
        this.outage = server.outage();
        this.starting = spec;
        this.window = new OutputWindow(offset);
        this.confirmed = offset;
    }

    /** Begins to follow; returns when the server does. */
    static OutputFollower open(Server server, SandboxId sandbox, CommandId id, long offset) {
        OutputFollower follower = server.streams()
                .open(sandbox, (stream, channel) -> new OutputFollower(server, stream, channel, id, null, offset));
        try {
            follower.awaitOpened();
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
        return locked(window::offset);
    }

    private <T> T locked(Supplier<T> getter) {
        lock.lock();
        try {
            return getter.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- for the reader

    private void awaitOpened() {
        awaited(() -> opened || ending.isPresent(), () -> opened);
    }

    /** Waits for more; null when the command has ended and all was told. */
    @Nullable
    Output next() {
        return awaited(() -> !window.isEmpty() || ending.isPresent(), this::take);
    }

    private @Nullable Output take() {
        Output next = window.poll();
        if (attached ? window.isWorthTelling() : window.isEmpty()) {
            stream.wants(this);
        }
        return next;
    }

    /** Waits for something, or for the end of all hope. A command may be silent for as long as it likes, but the server answers. */
    private <T extends @Nullable Object> T awaited(BooleanSupplier condition, Supplier<T> then) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw Server.interrupted(e);
        }
        try {
            long left = server.answer().toNanos();
            while (!condition.getAsBoolean()) {
                throwFailure();
                if (refused != null) {
                    askAgain(new IOException(refused));
                } else if (opened) {
                    changed.await();
                } else if (left > 0) {
                    left = changed.awaitNanos(left);
                } else {
                    throw server.unanswered();
                }
            }
            return then.get();
        } catch (InterruptedException e) {
            throw Server.interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new SandboxException(
                    ErrorCode.INVALID_STATE, "the command was let go of", "attach to it again", null);
        }
    }

    /** After a pause, without the lock: whoever reads the connection needs it. */
    private void askAgain(IOException why) {
        lock.unlock();
        try {
            outage.failed(why);
        } finally {
            lock.lock();
        }
        refused = null;
        stream.wants(this);
    }

    /** From now on what is not confirmed is held, over cuts too; until the first call, what was read is confirmed. */
    void confirm(long position) {
        lock.lock();
        try {
            confirming = true;
            if (position > window.offset()) {
                throw beyond(position, window.offset());
            }
            if (position > confirmed) {
                confirmed = position;
                news = true;
                stream.wants(this);
            }
        } finally {
            lock.unlock();
        }
    }

    static SandboxException beyond(long position, long offset) {
        return SandboxException.invalid("offset", position, "at most " + offset + ", up to which output was read");
    }

    // ---- for the connection

    @Override
    public StreamMessage.@Nullable FromClient say() {
        lock.lock();
        try {
            if (closed || failure != null || refused != null || ending.isPresent()) {
                return null;
            }
            return attached ? taken() : attach();
        } finally {
            lock.unlock();
        }
    }

    /** What is unread would count in a new window as well: it is read first. */
    private StreamMessage.@Nullable FromClient attach() {
        if (!window.isEmpty()) {
            return null;
        }
        attached = true;
        CommandSpec spec = starting;
        if (spec != null) {
            tried = true;
            window.begin(0);
            return new StreamMessage.Start(channel, id, spec, OptionalInt.of(OutputWindow.SIZE));
        }
        long from = confirming ? confirmed : window.end();
        window.begin(from);
        return new StreamMessage.Attach(channel, id, from, 0, OptionalInt.of(OutputWindow.SIZE));
    }

    private StreamMessage.@Nullable FromClient taken() {
        if (!news && !window.isWorthTelling()) {
            return null;
        }
        news = false;
        window.told();
        long taken = window.taken();
        return new StreamMessage.Taken(channel, taken, confirming ? Math.min(confirmed, taken) : taken);
    }

    @Override
    public void hear(StreamMessage.FromServer message) {
        boolean over = false;
        lock.lock();
        try {
            switch (message) {
                case StreamMessage.Opened _ -> {
                    opened = true;
                    starting = null;
                }
                case StreamMessage.Told(int _, Output output) -> arrived(output);
                case StreamMessage.Ended(int _, Ending how, long total) -> {
                    if (total > window.end()) {
                        throw SandboxException.invalid("output", "ended at " + window.end(), "all " + total + " bytes");
                    }
                    ending = Optional.of(how);
                    over = true;
                }
                case StreamMessage.Failed(int _, var about, SandboxException why)
                when about == StreamMessage.About.CHANNEL -> over = isFinal(why);
                default -> {
                    // not about output
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (over) {
            stream.leave(channel);
        }
    }

    private void arrived(Output output) {
        if (!attached) {
            throw SandboxException.invalid("output", "told", "nothing, before it was asked for");
        }
        window.add(output);
        outage.over();
        if (window.isWorthTelling()) { // what came twice is not read again
            stream.wants(this);
        }
    }

    private boolean isFinal(SandboxException why) {
        attached = false;
        if (starting != null && tried && why.code() == ErrorCode.ALREADY_EXISTS) {
            starting = null; // it was started before a cut, by us: nobody else knows its name
            stream.wants(this);
            return false;
        }
        if (opened && why.code().retry() == ErrorCode.Retry.AFTER_DELAY) { // has no room, or is starting
            refused = why;
            return false;
        }
        failure = why;
        return true;
    }

    @Override
    public void anew() {
        lock.lock();
        try {
            attached = false;
            refused = null;
        } finally {
            lock.unlock();
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
