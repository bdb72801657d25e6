package dev.sandjar.server.door.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Frames of a client that wait for whoever receives them, in order. They are kept as bytes: one read may bring thousands of a few bytes each, and each would take
 * hundreds as an object.
 */
final class FrameQueue {
    private static final int MOST = 16 * 1024; // bytes, before the connection waits
    private static final int SEGMENT = 16 * 1024; // bytes that small ones share
    private static final int HEAD = 1 + 1 + Integer.BYTES;

    private final Runnable stop;
    private final Runnable goOn;

    private final ReentrantLock lock =
            new ReentrantLock(); // guards everything below, and whether the connection is read
    private final Condition changed = lock.newCondition();
    private final Deque<ByteBuf> segments = new ArrayDeque<>(); // none is empty
    private int waiting; // bytes
    private boolean ended;

    /**
     * A frame of a message.
     *
     * @param text whether it begins one of text
     * @param last of its message
     */
    record Part(boolean text, boolean last, ByteBuffer bytes) {}

    /**
     * Neither may wait.
     *
     * @param stop reading the connection: much waits; what was read before still comes
     * @param goOn reading it: nothing does
     */
    FrameQueue(Runnable stop, Runnable goOn) {
        this.stop = stop;
        this.goOn = goOn;
    }

    /** Takes its content; not of pings and the like. */
    void add(WebSocketFrame frame) {
        lock.lock();
        try {
            if (!ended && (frame.isText() || frame.isBinary() || frame.isContinuation())) {
                add(frame.isText(), frame.isFinal(), frame.binaryData().getBytes());
                changed.signal();
            }
            if (waiting > MOST) {
                stop.run();
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(boolean text, boolean last, byte[] bytes) {
        ByteBuf segment = segments.peekLast();
        if (segment == null || segment.writableBytes() < HEAD + bytes.length) {
            int shared = segment == null ? 0 : SEGMENT; // one alone is taken soon
            segment = Unpooled.buffer(Math.max(shared, HEAD + bytes.length));
            segments.add(segment);
        }
        segment.writeBoolean(text).writeBoolean(last).writeInt(bytes.length).writeBytes(bytes);
        waiting += HEAD + bytes.length;
    }

    /** No more comes; what waits can still be taken. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nor is what waits taken; what comes is read and dropped. */
    void drop() {
        lock.lock();
        try {
            segments.forEach(ByteBuf::release);
            segments.clear();
            waiting = 0;
            ended = true;
            changed.signal();
            goOn.run();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next one; null when it has ended. For one thread. */
    @Nullable
    Part take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting == 0 && !ended) {
                changed.await();
            }
            return waiting == 0 ? null : next();
        } finally {
            lock.unlock();
        }
    }

    private Part next() {
        ByteBuf segment = segments.getFirst();
        boolean text = segment.readBoolean();
        boolean last = segment.readBoolean();
        byte[] bytes = new byte[segment.readInt()];
        segment.readBytes(bytes);
        waiting -= HEAD + bytes.length;
        if (!segment.isReadable()) {
            segments.removeFirst().release();
        }
        if (waiting == 0) {
            goOn.run();
        }
        return new Part(text, last, ByteBuffer.wrap(bytes));
    }
}
