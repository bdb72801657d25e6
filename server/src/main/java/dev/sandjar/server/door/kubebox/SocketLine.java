package dev.sandjar.server.door.kubebox;

import dev.sandjar.server.body.Outgoing;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Frames;
import dev.sandjar.server.connection.Pings;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.socket.engineio.server.EngineIoWebSocket;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A WebSocket of Vert.x as the library of Engine.IO wants one, by the rules of {@link Outgoing}: whoever has much to say waits first until there is room, so
 * that a client which does not read keeps its own streams standing, and little memory. What the client says waits likewise, two messages at most.
 */
final class SocketLine extends EngineIoWebSocket {
    private static final int LONGEST_MESSAGE = 16 * 1024; // bytes; events of clients have a few hundred
    private static final long GOODBYE = 5_000; // ms until a client that does not close is cut
    private static final int OVERHEAD = 64; // what a frame takes besides its text

    private final Vertx vertx;
    private final Context loop;
    private final ServerWebSocket socket;
    private final HttpConnection connection;
    private final Frames frames;
    private final Outgoing<String> out;
    private Buffer unfinished = Buffer.buffer(); // of a message, for the event loop
    private final LinkedBlockingQueue<Optional<String>> heard = new LinkedBlockingQueue<>(); // nothing: it is closed

    /**
     * On its event loop.
     *
     * @param owner in whose share it stands still
     */
    SocketLine(Vertx vertx, ServerWebSocket socket, HttpConnection connection, String owner) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.socket = socket;
        this.connection = connection;
        this.frames = new Frames(loop, connection);
        this.out = new Outgoing<>(this::write, text -> text.length() + OVERHEAD, owner, this::cut);
        Pings.answer(connection);
        socket.frameHandler(this::arrived);
        socket.closeHandler(_ -> gone());
        socket.exceptionHandler(_ -> cut());
    }

    // ---- what the client says

    /** Its parts are joined here: Vert.x would, and let each connection have sixteen times as much of a message that never ends. */
    private void arrived(WebSocketFrame frame) {
        if (frame.isBinary()) {
            cut(); // no event of these clients has such a part
        } else if ((frame.isText() || frame.isContinuation()) && !isGone()) {
            add(frame);
        }
    }

    private void add(WebSocketFrame part) {
        Buffer bytes = part.binaryData();
        if (unfinished.length() + bytes.length() > LONGEST_MESSAGE) {
            cut();
            return;
        }
        unfinished.appendBuffer(bytes);
        if (part.isFinal()) {
            heard.add(Optional.of(unfinished.toString()));
            unfinished = Buffer.buffer();
            socket.pause();
        }
    }

    /** Gives the library one message after another, until the client is gone. */
    void serve() throws InterruptedException {
        for (Optional<String> message = next(); message.isPresent(); message = next()) {
            awaitRoom(); // an answer may follow
            emit("message", message.get());
        }
        emit("close");
    }

    private Optional<String> next() throws InterruptedException {
        Optional<String> next = heard.take();
        if (heard.isEmpty()) {
            loop.runOnContext(_ -> socket.resume());
        }
        return next;
    }

    // ---- what the client is told

    /** Never waits: the library holds locks of its own. */
    @Override
    public void write(String text) throws IOException {
        out.sendNow(complete(text));
    }

    /** The library's greeting lacks what the protocol wants in it. */
    private static String complete(String text) {
        return text.startsWith("0{") ? text.replaceFirst("}$", ", \"maxPayload\": 10000000}") : text;
    }

    @Override
    public void write(byte[] bytes) {
        throw new UnsupportedOperationException("all events are text");
    }

    private Future<Void> write(List<String> texts) {
        return frames.write(texts.stream().map(TextWebSocketFrame::new).toList())
                .onFailure(_ -> cut());
    }

    /** Waits while too much is under way; with its owner's share of what may stand still, or the client is cut. Returns at once when it is gone. */
    void awaitRoom() throws InterruptedException {
        out.awaitRoom();
    }

    // ---- the end

    boolean isGone() {
        return out.isGone();
    }

    private void gone() {
        out.gone();
        heard.add(Optional.empty()); // for whoever waits
    }

    void cut() {
        gone();
        Cut.now(connection);
    }

    /** After what was written, if the client takes it. */
    @Override
    public void close() {
        long timer = vertx.setTimer(GOODBYE, _ -> cut());
        loop.runOnContext(_ -> socket.close().onComplete(_ -> {
            vertx.cancelTimer(timer);
            gone();
        }));
    }

    // ---- what the library asks

    @Override
    public Map<String, String> getQuery() {
        return Map.of("EIO", "4", "transport", "websocket");
    }

    @Override
    public Map<String, List<String>> getConnectionHeaders() {
        return Map.of();
    }
}
