package dev.sandjar.server.door.preview;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** Bytes to a client, from a thread that waits while the client does not take them. */
final class ClientStream {
    private static final int MOST_UNDER_WAY = 128 * 1024; // bytes that were given to us and not taken by the socket
    private static final int OVERHEAD = 512; // what a small piece takes besides

    private final Function<Buffer, Future<Void>> out;
    private final Runnable moved;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition taken = lock.newCondition();
    private int underWay;
    private boolean closed;

    /**
     * @param out writes from any thread, and tells when the socket has it
     * @param moved run whenever the socket has taken something
     */
    ClientStream(Function<Buffer, Future<Void>> out, Runnable moved) {
        this.out = out;
        this.moved = moved;
    }

    /** @throws IOException when the client is gone, or has kept us waiting for too long */
    void send(ByteBuf bytes) throws IOException {
        if (bytes.isReadable()) {
            int cost = OVERHEAD + bytes.readableBytes();
            await(cost);
            out.apply(BufferImpl.buffer(bytes)).onComplete(result -> written(cost, result.failed()));
        }
    }

    private void await(int cost) throws IOException {
        lock.lock();
        try {
            while (underWay > MOST_UNDER_WAY && !closed) {
                taken.await();
            }
            if (closed) {
                throw new IOException("the client takes no more");
            }
            underWay += cost;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sending to the client");
        } finally {
            lock.unlock();
        }
    }

    private void written(int cost, boolean failed) {
        moved.run();
        lock.lock();
        try {
            underWay -= cost;
            closed |= failed;
            taken.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whoever sends need not wait any longer. */
    void close() {
        lock.lock();
        try {
            closed = true;
            taken.signal();
        } finally {
            lock.unlock();
        }
    }
}
