package dev.sandjar.server.door.api;

import dev.sandjar.server.body.Outgoing;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Frames to a client, by the rules of {@link Outgoing}. A client that is silent on its side is told every few seconds that we are here. */
final class FrameSink implements AutoCloseable {
    private static final long HEARTBEAT = 10_000; // ms; a client gives up after three

    private final Vertx vertx;
    private final Outgoing<ByteBuf> out;
    private final long timer;

    /**
     * @param out writes from any thread, and tells when the socket has it
     * @param owner in whose share it stands still
     * @param cut ends the connection at once
     */
    FrameSink(Vertx vertx, Function<Buffer, Future<Void>> out, String owner, Runnable cut) {
        this.vertx = vertx;
        this.out = new Outgoing<>(pieces -> out.apply(joined(pieces)), ByteBuf::readableBytes, owner, cut);
        this.timer = vertx.setPeriodic(HEARTBEAT, _ -> this.out.ifSilent(bytes(new Frame.Heartbeat())));
    }

    /** Whoever writes to it has a place among the transfers until the end, so that it needs none when it stands still. */
    FrameSink placed() {
        out.placed();
        return this;
    }

    /** Waits while too much is under way. */
    void send(Frame frame) throws IOException, InterruptedException {
        out.send(bytes(frame));
    }

    /** A frame without a copy of its bulk. */
    private static ByteBuf bytes(Frame frame) {
        ByteBuf head = Unpooled.wrappedBuffer(FrameWriter.head(frame));
        ByteBuffer bulk = FrameWriter.bulk(frame);
        return bulk.hasRemaining() ? Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bulk)) : head;
    }

    private static Buffer joined(List<ByteBuf> pieces) {
        return BufferImpl.buffer(Unpooled.wrappedBuffer(pieces.toArray(ByteBuf[]::new)));
    }

    /** The connection is closed. */
    void gone() {
        out.gone();
    }

    /** No more is sent but the last frame, which is returned with all that goes before it, for whoever ends the connection. */
    Buffer end(Frame last) {
        vertx.cancelTimer(timer);
        var pieces = new ArrayList<>(out.end());
        pieces.add(bytes(last));
        return joined(pieces);
    }

    /** No more is sent but what is returned, for whoever ends the connection. */
    Buffer end() {
        vertx.cancelTimer(timer);
        return joined(out.end());
    }

    /** No more is sent. */
    @Override
    public void close() {
        end();
    }
}
