package dev.sandjar.server.body;

import dev.sandjar.SandboxException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, read by one blocking thread while the connection's event loop runs ahead of it by a megabyte at most.
 *
 * <p>Why not the framework's own stream: that one asks the event loop for each piece, and both threads then wait for each other 100 000
 * times a gigabyte. The client is told to continue only at the first read, so that a request which is refused before that costs it
 * nothing. What is left when this is closed is thrown away as it arrives, so that the client gets to read the answer.
 */
public final class RequestBody extends InputStream {
    private static final int AHEAD = 1 << 20; // bytes that may wait here before the connection does
    private static final int LOW = AHEAD / 4; // and how few are left when it goes on

    private final HttpServerRequest request;
    private final Duration limit;
    private boolean started; // the reader's

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition arrived = lock.newCondition();
    private final Queue<Buffer> waiting = new ArrayDeque<>();
    private int first; // what of the first buffer was read
    private long available;
    private @Nullable Context loop; // of the connection, while it is paused
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable cut;

    /**
     * @param request whose body nobody else reads
     * @param limit how long the client may send nothing (limit "body")
     */
    public RequestBody(HttpServerRequest request, Duration limit) {
        this.request = request;
        this.limit = limit;
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
        start();
        lock.lock();
        try {
            awaitSome();
            int count = take(to, start, length);
            if (available <= LOW) {
                askForMore();
            }
            return count == 0 ? -1 : count;
        } finally {
            lock.unlock();
        }
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        request.pause();
        if (request.isEnded()) {
            end(null);
            return;
        }
        request.handler(this::arrived).endHandler(_ -> end(null)).exceptionHandler(this::end);
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.resume();
    }

    private void arrived(Buffer buffer) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            waiting.add(buffer);
            available += buffer.length();
            if (available > AHEAD && loop == null) {
                loop = Vertx.currentContext();
                request.pause();
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The event loop pauses, so the event loop goes on: from here, going on could overtake the pause, which then never ends. */
    private void askForMore() {
        if (loop != null) {
            loop.runOnContext(_ -> request.resume());
            loop = null;
        }
    }

    private void end(@Nullable Throwable why) {
        lock.lock();
        try {
            ended = true;
            cut = why;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void awaitSome() throws IOException {
        long left = limit.toNanos();
        try {
            while (available == 0 && !ended) {
                if (left <= 0) {
                    throw new IOException(SandboxException.deadlineExceeded(
                            "body", limit.toSeconds() + " s", "waiting for more of the body"));
                }
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading the body", e);
        }
        if (available == 0 && cut != null) {
            throw new IOException("the body ended early", cut);
        }
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
            }
        }
        available -= count;
        return count;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            available = 0;
            askForMore();
        } finally {
            lock.unlock();
        }
    }
}
