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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
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
    private static final int PIECE = 15 * 1024; // what a frame carries
    private static final long LET_GO = 5; // seconds that the server may take to say that it has let go

    private final SandboxStream stream;
    private final int channel;
    private final CommandId id;

    private final ReentrantLock sending = new ReentrantLock(); // pieces leave in their order; taken before the lock
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final Deque<ByteBuffer> kept = new ArrayDeque<>(); // from position taken on
    private long taken;
    private long sent; // on this connection
    private long sentEver;
    private long written;
    private int cuts;
    private boolean opened;
    private boolean attached; // to the connection that there is, which knows how much it has
    private boolean closed;
    private boolean toldEnd;
    private boolean ended;
    private boolean leaving;
    private @Nullable SandboxException failure;

    private StdinStream(SandboxStream stream, int channel, CommandId id) {
        this.stream = stream;
        this.channel = channel;
        this.id = id;
    }

    /** Opens it; an error of the server's is thrown at once. */
    static StdinStream open(Server server, SandboxId sandbox, CommandId id) {
        StdinStream stdin = server.streams().open(sandbox, (stream, channel) -> new StdinStream(stream, channel, id));
        try {
            stdin.awaitOpened();
            return stdin;
        } catch (InterruptedException e) {
            stdin.leave();
            throw Server.interrupted(e);
        } catch (SandboxException e) {
            stdin.leave();
            throw e;
        }
    }

    private void awaitOpened() throws InterruptedException {
        lock.lock();
        try {
            while (!opened && failure == null) {
                changed.await();
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
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

    /** The stream's lock is never taken under ours: it is held when ours is. */
    private boolean sendOne() {
        int before;
        lock.lock();
        try {
            if (!attached) {
                return false;
            }
            before = cuts;
        } finally {
            lock.unlock();
        }
        WebSocket to = stream.current();
        StreamMessage message;
        lock.lock();
        try {
            if (cuts != before) {
                return true; // what was sent counts from another place now
            }
            message = to == null ? null : next();
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
                sentEver = Math.max(sentEver, end);
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
            return new StreamMessage.Attach(channel, id, 0, sentEver, OptionalInt.of(0));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cut() {
        lock.lock();
        try {
            attached = false;
            cuts++;
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
                case StreamMessage.Left _, StreamMessage.Told _, StreamMessage.Ended _ -> {
                    // of output, which this channel does not follow; what is left, the stream hears
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
        if (received > written) {
            throw SandboxException.invalid("input", received, "at most " + written);
        }
        if (received < taken) {
            return; // a server that knows nothing of it, and says so next
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
        try {
            sendAll();
            awaitEnd();
        } finally {
            leave();
        }
    }

    private void awaitEnd() throws IOException {
        lock.lock();
        try {
            awaiting(() -> ended);
            if (failure != null && failure.code() == ErrorCode.UNAVAILABLE) {
                throwFailure();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wants no more of it; the command's input stays open for another, once this returns. */
    void letGo() {
        lock.lock();
        try {
            closed = true;
            toldEnd = true;
            if (failure == null) {
                failure = new SandboxException(ErrorCode.INVALID_STATE, "standard input is closed", "", null);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        leave().ifPresent(StdinStream::await);
    }

    /** Empty when it was left before. */
    private Optional<CountDownLatch> leave() {
        lock.lock();
        try {
            if (leaving) {
                return Optional.empty();
            }
            leaving = true;
        } finally {
            lock.unlock();
        }
        return Optional.of(stream.leave(channel));
    }

    private static void await(CountDownLatch gone) {
        boolean interrupted = Thread.interrupted();
        try {
            if (!gone.await(LET_GO, TimeUnit.SECONDS)) {
                return; // the server is away; it is told when it comes back
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
