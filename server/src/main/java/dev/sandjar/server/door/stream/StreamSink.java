package dev.sandjar.server.door.stream;

import dev.sandjar.server.body.Outgoing;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Messages to a client, by the rules of {@link Outgoing}. A client that is silent on its side is pinged every few seconds. */
final class StreamSink implements AutoCloseable {
    private static final long HEARTBEAT = 10_000; // ms; a client gives up after three

    private final Vertx vertx;
    private final Context loop;
    private final ServerWebSocket socket;
    private final Outgoing<Piece> out;
    private final long timer;

    /** A WebSocket message. */
    private record Piece(Kind kind, ByteBuf bytes) {
        enum Kind {
            TEXT,
            BINARY,
            PING
        }

        int size() {
            return bytes.readableBytes() + StreamMessage.PIECE; // what a small one costs
        }
    }

    StreamSink(Vertx vertx, Context loop, ServerWebSocket socket, String owner) {
        this.vertx = vertx;
        this.loop = loop;
        this.socket = socket;
        this.out = new Outgoing<>(this::write, Piece::size, owner);
        this.timer = vertx.setPeriodic(HEARTBEAT, _ -> out.ifSilent(new Piece(Piece.Kind.PING, Unpooled.EMPTY_BUFFER)));
    }

    /** Waits while too much is under way. */
    void send(StreamMessage.FromServer message) throws IOException, InterruptedException {
        out.send(piece(message));
    }

    /**
     * As {@link #send}, what somebody holds more of meanwhile.
     *
     * @throws dev.sandjar.SandboxException {@code RATE_LIMITED}, when too many of this owner wait
     */
    void sendOutput(StreamMessage.Told output) throws IOException, InterruptedException {
        out.sendAmongOthers(piece(output));
    }

    /** Without a copy of its bulk. */
    private static Piece piece(StreamMessage message) {
        ByteBuf head = Unpooled.wrappedBuffer(StreamMessages.head(message));
        Optional<ByteBuffer> bulk = StreamMessages.bulk(message);
        return bulk.map(bytes ->
                        new Piece(Piece.Kind.BINARY, Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bytes))))
                .orElseGet(() -> new Piece(Piece.Kind.TEXT, head));
    }

    /** All at once on the event loop, which costs a hand-over each time. */
    private Future<Void> write(List<Piece> pieces) {
        Promise<Void> written = Promise.promise();
        loop.runOnContext(_ -> {
            try {
                Future<Void> last = Future.succeededFuture();
                for (Piece piece : pieces) {
                    last = write(piece);
                }
                last.onComplete(written);
            } catch (RuntimeException closed) {
                written.fail(closed);
            }
        });
        return written.future();
    }

    private Future<Void> write(Piece piece) {
        Buffer bytes = BufferImpl.buffer(piece.bytes);
        return switch (piece.kind) {
            case PING -> socket.writePing(bytes);
            case TEXT -> socket.writeFrame(WebSocketFrame.textFrame(bytes.toString(), true));
            case BINARY -> socket.writeFrame(WebSocketFrame.binaryFrame(bytes, true));
        };
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
