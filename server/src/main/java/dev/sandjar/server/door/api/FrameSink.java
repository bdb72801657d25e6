package dev.sandjar.server.door.api;

import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameWriter;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Frames to a client, from threads that block while it does not read. A client that is silent on its side is told every few seconds that
 * we are here; one that is gone is an exception at the next frame.
 */
final class FrameSink implements AutoCloseable {
    private static final int MOST_UNDER_WAY = 1 << 20; // bytes that were given to the socket and not taken by it
    private static final long HEARTBEAT = 10_000; // ms; a client gives up after three

    private final Vertx vertx;
    private final Function<Buffer, Future<Void>> out;
    private final long timer;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below, and the order of what is written
    private final Condition taken = lock.newCondition();
    private int underWay;
    private boolean silent = true;
    private boolean gone;

    /** The client is gone; nobody needs to be told. */
    static final class GoneException extends IOException {
        GoneException() {
            super("the client is gone");
        }
    }

    /** @param out writes from any thread, and tells when the socket has it */
    FrameSink(Vertx vertx, Function<Buffer, Future<Void>> out) {
        this.vertx = vertx;
        this.out = out;
        this.timer = vertx.setPeriodic(HEARTBEAT, _ -> beat());
    }

    void send(Frame frame) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (underWay > MOST_UNDER_WAY && !gone) {
                taken.await();
            }
            if (gone) {
                throw new GoneException();
            }
            silent = false;
            write(frame);
        } finally {
            lock.unlock();
        }
    }

    private void write(Frame frame) {
        Buffer buffer = buffer(frame);
        int length = buffer.length();
        underWay += length;
        out.apply(buffer).onComplete(result -> {
            lock.lock();
            try {
                underWay -= length;
                gone |= result.failed();
                taken.signalAll();
            } finally {
                lock.unlock();
            }
        });
    }

    /** A frame as one buffer, so that no other gets in between; bulk is not copied. */
    static Buffer buffer(Frame frame) {
        byte[] head = FrameWriter.head(frame);
        ByteBuffer bulk = FrameWriter.bulk(frame);
        return bulk.hasRemaining()
                ? BufferImpl.buffer(Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(head), Unpooled.wrappedBuffer(bulk)))
                : Buffer.buffer(head);
    }

    private void beat() {
        if (!lock.tryLock()) {
            return; // somebody is writing
        }
        try {
            if (silent && underWay == 0 && !gone) {
                write(new Frame.Heartbeat());
            }
            silent = true;
        } finally {
            lock.unlock();
        }
    }

    /** The connection is closed. */
    void gone() {
        lock.lock();
        try {
            gone = true;
            taken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No more is sent. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        lock.lock();
        try {
            gone = true;
        } finally {
            lock.unlock();
        }
    }
}
