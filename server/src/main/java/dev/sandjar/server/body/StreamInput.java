package dev.sandjar.server.body;

import dev.sandjar.SandboxException;
import dev.sandjar.server.connection.Backpressure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.ReadStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends, read by one blocking thread while the connection's event loop runs ahead of it by a megabyte at most.
 *
 * <p>Why not the framework's own stream: that one asks the event loop for each piece, and both threads then wait for each other 100 000
 * times a gigabyte. What is left when this is closed is thrown away as it arrives, so that the client gets to read the answer.
 */
public final class StreamInput extends InputStream {
    private static final Duration ANY_TIME = Duration.ofDays(36_500);

    private static final int AHEAD = 1 << 20; // bytes that may wait here before the connection does
    private static final int LOW = AHEAD / 4; // and how few are left when it goes on

    /** What all streams together may have waiting before each may have little. */
    private static final long BUDGET = Runtime.getRuntime().maxMemory() / 8;

    private static final int LITTLE = 16 * 1024;
    private static final int PIECE = 64 * 1024;
    private static final int SMALL = 8 * 1024; // little pieces are kept together in ones of this size
    private static final int OVERHEAD = 256; // what each takes besides

    /** Bytes that buy a second of waiting beyond the limit: who sends one now and then is as good as silent. */
    private static final long LEAST_A_SECOND = 1024;

    private static final AtomicLong WAITING = new AtomicLong(); // bytes, of all streams

    private final ReadStream<Buffer> from;
    private final Backpressure connection;
    private final Duration limit;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Buffer> waiting = new ArrayDeque<>();
    private int first; // what of the first buffer was read
    private long available; // bytes
    private long held; // what they take of memory
    private long arrivedInAll;
    private long waited; // nanoseconds, for the client
    private boolean stopped; // the connection
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable cut;

    /**
     * @param request paused; nobody else reads it
     * @param limit how long the client may send nothing (limit "body")
     */
    public StreamInput(HttpServerRequest request, Duration limit) {
        this(request, new Backpressure(request.connection()), limit);
    }

    /**
     * Of a client that may be silent as long as it likes.
     *
     * @param socket paused, or on its event loop now; nobody else reads it
     */
    public StreamInput(NetSocket socket) {
        this(socket, new Backpressure(socket), ANY_TIME);
    }

    private StreamInput(ReadStream<Buffer> from, Backpressure connection, Duration limit) {
        this.from = from;
        this.connection = connection;
        this.limit = limit;
    }

    /** Lets it arrive. */
    public StreamInput open() {
        from.handler(this::arrived).endHandler(_ -> end(null)).exceptionHandler(this::end);
        from.resume();
        return this;
    }

    /** There is nothing more to arrive. */
    public void end() {
        end(null);
    }

    /** No more will come, and that is no end. */
    public void cut() {
        end(new EOFException("the connection was closed"));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        Objects.checkFromIndexSize(start, length, to.length);
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            awaitSome();
            int count = take(to, start, length);
            return count == 0 ? -1 : count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for more and takes as much of it as a piece holds. Nothing is kept for it while it waits.
     *
     * @return 1 to 65,536 bytes, or null at the end
     */
    public byte @Nullable [] next() throws IOException {
        lock.lock();
        try {
            awaitSome();
            if (available == 0) {
                return null;
            }
            byte[] piece = new byte[(int) Math.min(available, PIECE)];
            take(piece, 0, piece.length);
            return piece;
        } finally {
            lock.unlock();
        }
    }

    private void arrived(Buffer buffer) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            int cost = keep(buffer);
            available += buffer.length();
            arrivedInAll += buffer.length();
            held += cost;
            long all = WAITING.addAndGet(cost);
            if (held > (all > BUDGET ? LITTLE : AHEAD)) {
                stopped = true;
                connection.stop(); // each time: Vert.x may have let it go on when its own queue was empty
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what it takes of memory. With TLS a piece is a part of a whole record, which it would keep and cannot grow in. */
    private int keep(Buffer buffer) {
        Buffer last = waiting.peekLast();
        if (last != null && last.length() + buffer.length() <= SMALL) {
            last.appendBuffer(buffer);
            return buffer.length();
        }
        waiting.add(buffer.length() < SMALL ? Buffer.buffer(buffer.length()).appendBuffer(buffer) : buffer);
        return cost(buffer);
    }

    private void askForMore() {
        if (stopped) {
            stopped = false;
            connection.goOn();
        }
    }

    /** What comes first counts: a connection is closed after its end, too. */
    private void end(@Nullable Throwable why) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                cut = why;
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void awaitSome() throws IOException {
        try {
            if (limit.equals(ANY_TIME)) {
                awaitAnyTime();
            } else {
                awaitInTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading from the client");
        }
        if (available == 0 && cut != null) {
            var early = new EOFException("the client sent no more: its connection was cut");
            early.initCause(cut);
            throw early;
        }
    }

    /** A timer for each piece would cost more than the piece. */
    private void awaitAnyTime() throws InterruptedException {
        while (available == 0 && !ended) {
            arrived.await();
        }
    }

    private void awaitInTime() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long longest = limit.toNanos();
        while (available == 0 && !ended) {
            long now = System.nanoTime() - begin;
            long bought = TimeUnit.SECONDS.toNanos(arrivedInAll / LEAST_A_SECOND);
            if (Math.max(now, waited + now - bought) >= longest) {
                throw new IOException(SandboxException.deadlineExceeded(
                        "body", limit.toSeconds() + " s", "waiting for more of the body"));
            }
            arrived.awaitNanos(Math.min(longest - now, longest + bought - waited - now));
        }
        waited += System.nanoTime() - begin;
    }

    private static int cost(Buffer buffer) {
        return OVERHEAD + buffer.length();
    }

    /** As much as fits of all that waits, so that little pieces leave as large ones. */
    private int take(byte[] to, int start, int length) {
        int count = 0;
        for (Buffer buffer = waiting.peek(); buffer != null && count < length; buffer = waiting.peek()) {
            int some = Math.min(buffer.length() - first, length - count);
            buffer.getBytes(first, first + some, to, start + count);
            count += some;
            first += some;
            if (first == buffer.length()) {
                waiting.remove();
                first = 0;
                held -= cost(buffer);
                WAITING.addAndGet(-cost(buffer));
            }
        }
        available -= count;
        if (held <= LOW) {
            askForMore();
        }
        return count;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            ended = true; // for whoever waits
            arrived.signal();
            waiting.clear();
            WAITING.addAndGet(-held);
            held = 0;
            available = 0;
            askForMore();
        } finally {
            lock.unlock();
        }
    }
}
