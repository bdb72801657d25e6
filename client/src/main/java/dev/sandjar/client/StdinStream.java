package dev.sandjar.client;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.StreamMessage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
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
final class StdinStream extends OutputStream implements StreamChannel {
    private static final int PIECE = 15 * 1024; // what a frame carries
    private static final int SMALLEST_PIECE =
            1024; // less is gathered while it waits: who writes byte by byte shall not pay for each
    private static final Duration LET_GO = Duration.ofSeconds(5); // that the server may take to say that it has

    /** What comes next on the connection that there is. */
    private enum Step {
        /** To say that it goes on. */
        ATTACH,
        /** To hear how much of it the server has. */
        HEAR,
        /** To open it. */
        OPEN,
        /** To say what there is. */
        SEND
    }

    private final SandboxStream stream;
    private final int channel;
    private final CommandId id;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final Deque<ByteBuffer> kept = new ArrayDeque<>(); // from position taken on
    private Step step = Step.ATTACH;
    private long taken;
    private long sent; // on this connection
    private long sentEver;
    private long written;
    private boolean opened; // once
    private boolean closed; // no more is written
    private boolean ends; // and the command is to know it
    private boolean toldEnd; // on this connection
    private boolean ended; // the command has it all
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
        try {
            if (!stdin.awaitOpened(server.answer())) {
                throw server.unanswered();
            }
            return stdin;
        } catch (InterruptedException e) {
            stdin.leave();
            throw Server.interrupted(e);
        } catch (SandboxException e) {
            stdin.leave();
            throw e;
        }
    }

    private boolean awaitOpened(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (!opened && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (failure != null) {
                throw failure;
            }
            return opened;
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
            keep(ByteBuffer.wrap(from, start + done, Math.min(PIECE, length - done)));
        }
    }

    private void keep(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("standard input is closed");
            }
            awaiting(() -> written - taken <= StreamMessage.INPUT_WINDOW - PIECE);
            throwFailure();
            add(bytes);
            stream.wants(this);
        } finally {
            lock.unlock();
        }
    }

    private void add(ByteBuffer bytes) {
        ByteBuffer last = kept.peekLast();
        written += bytes.remaining();
        if (last != null && last.capacity() - last.limit() >= bytes.remaining()) {
            int end = last.limit();
            last.limit(end + bytes.remaining()).put(end, bytes, bytes.position(), bytes.remaining());
        } else {
            kept.add(ByteBuffer.allocate(Math.max(SMALLEST_PIECE, bytes.remaining()))
                    .put(bytes)
                    .flip());
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

    @Override
    public StreamMessage.@Nullable FromClient say() {
        lock.lock();
        try {
            return failure == null ? next() : null;
        } finally {
            lock.unlock();
        }
    }

    private StreamMessage.@Nullable FromClient next() {
        return switch (step) {
            case ATTACH -> {
                step = Step.HEAR;
                yield new StreamMessage.Attach(channel, id, 0, sentEver, OptionalInt.of(0));
            }
            case HEAR -> null;
            case OPEN -> {
                step = Step.SEND;
                yield new StreamMessage.OpenInput(channel);
            }
            case SEND -> rest();
        };
    }

    /** What was not sent on this connection. */
    private StreamMessage.@Nullable FromClient rest() {
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
        if (ends && !toldEnd) {
            toldEnd = true;
            return new StreamMessage.EndInput(channel, sent);
        }
        return null;
    }

    @Override
    public void anew() {
        lock.lock();
        try {
            step = Step.ATTACH;
            toldEnd = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void hear(StreamMessage.FromServer message) {
        lock.lock();
        try {
            switch (message) {
                case StreamMessage.Opened(int _, long received) -> goOnAt(received);
                case StreamMessage.InputTaken(int _, long position) -> {
                    opened = true;
                    taken(position);
                }
                case StreamMessage.InputEnded _ -> ended = true;
                case StreamMessage.Failed(int _, var _, SandboxException why) -> failure = why;
                case StreamMessage.Left _, StreamMessage.Told _, StreamMessage.Ended _ -> {
                    // of output, which this channel does not follow
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void goOnAt(long received) {
        if (received > sentEver) {
            throw SandboxException.invalid("input", received, "at most " + sentEver);
        }
        if (received >= taken) { // else the server knows nothing of it, and says so next
            sent = received;
            step = Step.OPEN;
            stream.wants(this);
        }
    }

    private void taken(long position) {
        if (position < taken || position > sentEver) {
            throw SandboxException.invalid("offset", position, taken + " to " + sentEver);
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
        sent = Math.max(sent, taken);
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
            ends = true;
            stream.wants(this);
        } finally {
            lock.unlock();
        }
        try {
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

    /** Wants no more of it; the command's input stays open for another, once the command has what was written. */
    void letGo() {
        boolean interrupted = Thread.interrupted(); // which is no reason to take the input along
        try {
            awaitTaken();
            Optional<CountDownLatch> gone = leave();
            if (gone.isPresent()) { // if it takes longer the server is away; it is told when it comes back
                var _ = gone.get().await(LET_GO.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            leave();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Until the command has what was written. What only the server has by then the command gets as soon as it reads. */
    private void awaitTaken() throws InterruptedException {
        lock.lock();
        try {
            closed = true;
            long left = LET_GO.toNanos();
            while (taken < written && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Empty when it was left before. */
    private Optional<CountDownLatch> leave() {
        lock.lock();
        try {
            if (left) {
                return Optional.empty();
            }
            left = true;
            closed = true;
            if (failure == null) {
                failure = new SandboxException(ErrorCode.INVALID_STATE, "standard input is closed", "", null);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return Optional.of(stream.leave(channel));
    }
}
