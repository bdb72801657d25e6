package dev.sandjar.server.door.stream;

import dev.sandjar.server.body.Outgoing;
import dev.sandjar.server.connection.Frames;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Messages to a client, by the rules of {@link Outgoing}. A client that is silent on its side is pinged every few seconds. */
final class StreamSink implements AutoCloseable {
    private static final long HEARTBEAT = 10_000; // ms; a client gives up after three

    private final Vertx vertx;
    private final Outgoing<WebSocketFrame> out;
    private final long timer;

    StreamSink(Vertx vertx, Context loop, HttpConnection connection, String owner) {
        var frames = new Frames(loop, connection);
        this.vertx = vertx;
        this.out = new Outgoing<>(frames::write, StreamSink::size, owner);
        this.timer = vertx.setPeriodic(HEARTBEAT, _ -> out.ifSilent(new PingWebSocketFrame()));
    }

    private static int size(WebSocketFrame frame) {
        return frame.content().readableBytes() + StreamMessage.PIECE; // what a small one costs
    }

    /** Waits while too much is under way. */
    void send(StreamMessage.FromServer message) throws IOException, InterruptedException {
        out.send(frame(message));
    }

    /**
     * As {@link #send}, what somebody holds more of meanwhile.
     *
     * @throws dev.sandjar.SandboxException {@code RATE_LIMITED}, when too many of this owner wait
     */
    void sendOutput(StreamMessage.Told output) throws IOException, InterruptedException {
        out.sendAmongOthers(frame(output));
    }

    /** Without a copy of its bulk. */
    private static WebSocketFrame frame(StreamMessage message) {
        ByteBuf head = Unpooled.wrappedBuffer(StreamMessages.head(message));
        Optional<ByteBuffer> bulk = StreamMessages.bulk(message);
        return bulk.isPresent()
                ? new BinaryWebSocketFrame(Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bulk.get())))
                : new TextWebSocketFrame(head);
    }

    /** The connection is closed. */
    void gone() {
        out.gone();
    }

    /** No more is sent. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        out.gone();
    }
}
