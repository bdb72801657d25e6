package dev.sandjar.server.door.api;

import dev.sandjar.server.limit.Transfers;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Frames to a client, from threads that block while it does not read. One write at a time is under way; what comes meanwhile leaves with
 * the next one, so that a fast stream needs few hand-overs to the event loop. A client that is silent on its side is told every few
 * seconds that we are here; one that is gone is an exception at the next frame. So is one that does not read when its owner's share of transfers
 * is full: it is cut, and may come back for the rest.
 */
final class FrameSink implements AutoCloseable {
    private static final int MOST_UNDER_WAY = 128 * 1024; // bytes that were given to us and not taken by the socket
    private static final long HEARTBEAT = 10_000; // ms; a client gives up after three

    private final Vertx vertx;
    private final Function<Buffer, Future<Void>> out;
    private final String owner;
    private final Runnable cut;
    private final long timer;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below, and the order of what is written
    private final Condition taken = lock.newCondition();
    private List<ByteBuf> waiting = new ArrayList<>();
    private int underWay; // what waits is counted
    private boolean writing;
    private boolean placed; // the writer's
    private boolean silent = true;
    private boolean gone;

    /** The client is gone; nobody needs to be told. */
    static final class GoneException extends IOException {
        GoneException() {
            super("the client is gone");
        }
    }

    /**
     * @param out writes from any thread, and tells when the socket has it
     * @param owner in whose share it stands still
     * @param cut ends the connection at once
     */
    FrameSink(Vertx vertx, Function<Buffer, Future<Void>> out, String owner, Runnable cut) {
        this.vertx = vertx;
        this.out = out;
        this.owner = owner;
        this.cut = cut;
        this.timer = vertx.setPeriodic(HEARTBEAT, _ -> beat());
    }

    /** Whoever writes to it has a place among the transfers until the end, so that it needs none when it stands still. */
    FrameSink placed() {
        placed = true;
        return this;
    }

    /** Waits while too much is under way. */
    void send(Frame frame) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (underWay > MOST_UNDER_WAY) {
                awaitTaken();
            }
            if (gone) {
                throw new GoneException();
            }
            add(frame);
        } finally {
            lock.unlock();
        }
    }

    private void awaitTaken() throws InterruptedException {
        if (placed) {
            awaitRoom();
            return;
        }
        Transfers.@Nullable Place place =
                Transfers.place(Transfers.Kind.STREAM, owner).orElse(null);
        if (place == null) {
            gone = true;
            cut.run();
            return;
        }
        try (place) {
            awaitRoom();
        }
    }

    private void awaitRoom() throws InterruptedException {
        while (underWay > MOST_UNDER_WAY && !gone) {
            taken.await();
        }
    }

    private void add(Frame frame) {
        silent = false;
        ByteBuf bytes = bytes(frame);
        underWay += bytes.readableBytes();
        waiting.add(bytes);
        if (!writing) {
            write();
        }
    }

    private void write() {
        Buffer all = rest();
        int length = all.length();
        writing = length > 0;
        if (writing) {
            out.apply(all).onComplete(result -> written(result, length));
        }
    }

    private void written(AsyncResult<Void> result, int length) {
        lock.lock();
        try {
            underWay -= length;
            gone |= result.failed();
            taken.signalAll();
            write();
        } finally {
            lock.unlock();
        }
    }

    private Buffer rest() {
        List<ByteBuf> all = waiting;
        waiting = new ArrayList<>();
        return BufferImpl.buffer(Unpooled.wrappedBuffer(all.toArray(ByteBuf[]::new)));
    }

    /** A frame without a copy of its bulk. */
    private static ByteBuf bytes(Frame frame) {
        ByteBuf head = Unpooled.wrappedBuffer(FrameWriter.head(frame));
        ByteBuffer bulk = FrameWriter.bulk(frame);
        return bulk.hasRemaining() ? Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bulk)) : head;
    }

    private void beat() {
        if (!lock.tryLock()) {
            return; // somebody is writing
        }
        try {
            if (silent && underWay == 0 && !gone) {
                add(new Frame.Heartbeat());
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

    /** No more is sent but the last frame, which is returned with all that goes before it, for whoever ends the connection. */
    Buffer end(Frame last) {
        lock.lock();
        try {
            waiting.add(bytes(last));
            return end();
        } finally {
            lock.unlock();
        }
    }

    /** No more is sent but what is returned, for whoever ends the connection. */
    Buffer end() {
        lock.lock();
        try {
            close();
            return rest();
        } finally {
            lock.unlock();
        }
    }

    /** No more is sent. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        gone();
    }
}
