package dev.sandjar.server.door.api;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a client sends, for a thread that blocks. Holds a bounded amount; then the client waits. */
final class StreamInput extends InputStream {
    private static final int MOST_HELD = 512 * 1024;

    private final ReadStream<Buffer> from;
    private final Context loop;
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition arrived = lock.newCondition();
    private final Deque<Buffer> held = new ArrayDeque<>();
    private int heldBytes;
    private int position; // in the oldest
    private boolean paused;
    private boolean ended;
    private boolean cut;

    /**
     * @param from paused; it is resumed
     * @param loop its event loop
     */
    StreamInput(ReadStream<Buffer> from, Context loop) {
        this.from = from;
        this.loop = loop;
        from.exceptionHandler(_ -> cut());
        from.endHandler(_ -> end());
        from.handler(this::add);
        from.resume();
    }

    private void add(Buffer buffer) {
        lock.lock();
        try {
            held.add(buffer);
            heldBytes += buffer.length();
            if (heldBytes > MOST_HELD && !paused) {
                paused = true;
                from.pause();
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** No more will come, and that is no end. */
    void cut() {
        lock.lock();
        try {
            cut = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        lock.lock();
        try {
            Buffer oldest = oldest();
            if (oldest == null) {
                return -1;
            }
            int count = Math.min(length, oldest.length() - position);
            oldest.getBytes(position, position + count, to, start);
            position += count;
            if (position == oldest.length()) {
                held.remove();
                position = 0;
                heldBytes -= oldest.length();
                resume();
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    private void resume() {
        if (paused && heldBytes < MOST_HELD / 2) {
            paused = false;
            loop.runOnContext(_ -> from.resume()); // from here it could overtake a later pause
        }
    }

    private @Nullable Buffer oldest() throws IOException {
        try {
            while (held.isEmpty()) {
                if (ended) {
                    return null;
                }
                if (cut) {
                    throw new EOFException("the client's connection was cut");
                }
                arrived.await();
            }
            return held.peek();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading from the client");
        }
    }
}
