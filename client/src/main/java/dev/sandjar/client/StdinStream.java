package dev.sandjar.client;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.client.http.WebSocket;
import dev.sandjar.wire.StreamMessage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A command's standard input, over as many connections as it takes: what the server has not taken is kept, and sent again from where it says after a cut. {@link
 * #letGo} may come from another thread.
 */
final class StdinStream extends OutputStream implements SandboxStream.Listener {
    private static final int PIECE = 32 * 1024;
    private static final long LET_GO = 5; // seconds that the server may take to say that it has let go

    private final SandboxStream stream;
    private final int channel;
    private final CommandId id;

    private final ReentrantLock sending = new ReentrantLock(); // pieces leave in their order; taken before the lock
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final Deque<ByteBuffer> kept = new ArrayDeque<>(); // from position taken on
    private long taken;
    private long sent;
    private long written;
    private boolean opened;
    private boolean attached; // to the connection that there is, which knows how much it has
    private boolean closed;
    private boolean toldEnd;
    private boolean ended;
    private boolean left;
    private @Nullable SandboxException failure;

    private StdinStream(SandboxStream stream, int channel, CommandId id) {
        this.stream = stream;
        this.channel = channel;
        this.id = id;
    }

    /** Opens it; an error of the server's is thrown at once. */
    static StdinStream open(Server server, SandboxId sandbox, CommandId id) {
        StdinStream stdin = server.streams().open(sandbox, (stream, channel) -> new StdinStream(stream, channel, id));
        stdin.lock.lock();
        try {
            while (!stdin.opened && stdin.failure == null) {
                stdin.changed.await();
            }
            if (stdin.failure != null) {
                throw stdin.failure;
            }
            return stdin;
        } catch (InterruptedException e) {
            stdin.letGo();
            throw Server.interrupted(e);
        } finally {
            stdin.lock.unlock();
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int start, int length) throws IOException {
        for (int done = 0; done < length; done += PIECE) {
            keep(ByteBuffer.allocate(Math.min(PIECE, length - done))
                    .put(from, start + done, Math.min(PIECE, length - done))
                    .flip());
            sendAll();
        }
    }

    private void keep(ByteBuffer piece) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("standard input is closed");
            }
            awaiting(() -> written - taken <= StreamMessage.INPUT_WINDOW - PIECE);
            throwFailure();
            kept.add(piece);
            written += piece.remaining();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for something, or for a failure. */
    private void awaiting(BooleanSupplier condition) throws IOException {
        try {
            while (failure == null && !condition.getAsBoolean()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing to standard input");
        }
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** Sends what was not sent on this connection. */
    private void sendAll() {
        sending.lock();
        try {
            boolean more = true;
            while (more) {
                more = sendOne();
            }
        } finally {
            sending.unlock();
        }
    }

    private boolean sendOne() {
        StreamMessage message;
        WebSocket to;
        lock.lock();
        try {
            to = stream.current(); // with what it has been sent, which a new one has not
            message = attached && to != null ? next() : null;
        } finally {
            lock.unlock();
        }
        if (message == null || to == null) {
            return false;
        }
        SandboxStream.send(to, message);
        return true;
    }

    private @Nullable StreamMessage next() {
        long at = taken;
        for (ByteBuffer piece : kept) {
            long end = at + piece.remaining();
            if (end > sent) {
                int known = (int) (sent - at);
                var message = new StreamMessage.Input(
                        channel, sent, piece.slice(piece.position() + known, piece.remaining() - known));
                sent = end;
                return message;
            }
            at = end;
        }
        if (closed && !toldEnd) {
            toldEnd = true;
            return new StreamMessage.EndInput(channel, sent);
        }
        return null;
    }

    @Override
    public StreamMessage.FromClient again() {
        lock.lock();
        try {
            return new StreamMessage.Attach(channel, id, 0, taken, OptionalInt.of(0));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cut() {
        lock.lock();
        try {
            attached = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void hear(StreamMessage.FromServer message) {
        boolean again = false;
        lock.lock();
        try {
            switch (message) {
                case StreamMessage.Opened(int _, long received) -> {
                    again = true;
                    attached(received);
                }
                case StreamMessage.InputTaken(int _, long position) -> {
                    opened = true;
                    taken(position);
                }
                case StreamMessage.InputEnded _ -> ended = true;
                case StreamMessage.Failed(int _, var _, SandboxException why) -> failure = why;
                case StreamMessage.Left _ -> left = true;
                case StreamMessage.Told _, StreamMessage.Ended _ -> {
                    // of output, which this channel does not follow
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (again) { // this thread reads, and must not wait for a server that may wait for it
            Thread.ofVirtual().name("stdin-again").start(this::begin);
        }
    }

    private void begin() {
        stream.send(new StreamMessage.OpenInput(channel));
        sendAll();
    }

    private void attached(long received) {
        if (received < taken || received > written) {
            throw SandboxException.invalid("input", received, taken + " to " + written);
        }
        attached = true;
        sent = received;
        toldEnd = false;
    }

    private void taken(long position) {
        if (position < taken || position > written) {
            throw SandboxException.invalid("offset", position, taken + " to " + written);
        }
        while (taken < position) {
            ByteBuffer oldest = kept.getFirst();
            int step = (int) Math.min(position - taken, oldest.remaining());
            oldest.position(oldest.position() + step);
            taken += step;
            if (!oldest.hasRemaining()) {
                kept.removeFirst();
            }
        }
    }

    @Override
    public void fail(SandboxException why) {
        lock.lock();
        try {
            failure = why;
            left = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The end of the input; returns when the command has it. A command that has ended already does not mind. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            lock.unlock();
        }
        sendAll();
        lock.lock();
        try {
            awaiting(() -> ended);
            if (failure != null && failure.code() == ErrorCode.UNAVAILABLE) {
                throwFailure();
            }
        } finally {
            lock.unlock();
        }
        stream.leave(channel, false);
    }

    /** Wants no more of it; the command's input stays open for another, once this returns. */
    void letGo() {
        lock.lock();
        try {
            if (closed || left || failure != null) {
                return;
            }
            closed = true;
            toldEnd = true;
            failure = new SandboxException(ErrorCode.INVALID_STATE, "standard input is closed", "", null);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        stream.send(new StreamMessage.Leave(channel, false));
        awaitLeft();
        stream.leave(channel, false);
    }

    private void awaitLeft() {
        boolean interrupted = Thread.interrupted();
        lock.lock();
        try {
            long nanos = TimeUnit.SECONDS.toNanos(LET_GO);
            while (!left && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
