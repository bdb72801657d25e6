package dev.sandjar.server.door.kubebox;

import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.limit.Transfers;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.socket.engineio.server.EngineIoWebSocket;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of Vert.x as the library of Engine.IO wants one. One write at a time is under way; all that comes meanwhile leaves with the next one, a
 * frame each. Whoever has much to say waits first until there is room, so that a client which does not read keeps its own streams standing, and little
 * memory. What the client says waits likewise, two messages at most.
 */
final class SocketLine extends EngineIoWebSocket {
    private static final int MOST_UNDER_WAY = 256 * 1024; // bytes given to us and not taken by the socket
    private static final int LONGEST_MESSAGE = 16 * 1024; // characters; events of clients have a few hundred
    private static final long GOODBYE = 5_000; // ms until a client that does not close is cut
    private static final int OVERHEAD = 64; // what a frame takes besides its text

    private final Vertx vertx;
    private final Context loop;
    private final ServerWebSocket socket;
    private final HttpConnection connection;
    private final ChannelHandlerContext channel;
    private final String owner;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private List<String> waiting = new ArrayList<>();
    private int underWay; // what waits is counted
    private boolean writing;
    private final Queue<String> heard = new ArrayDeque<>();
    private boolean gone;

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
        this.channel = ((ConnectionBase) connection).channelHandlerContext();
        this.owner = owner;
        socket.textMessageHandler(this::heard);
        socket.binaryMessageHandler(_ -> cut()); // no event of these clients has such a part
        socket.closeHandler(_ -> gone());
        socket.exceptionHandler(_ -> cut());
    }

    // ---- what the client says

    private void heard(String message) {
        if (message.length() > LONGEST_MESSAGE) {
            cut();
            return;
        }
        lock.lock();
        try {
            heard.add(message);
            socket.pause();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the library one message after another, until the client is gone. */
    void serve() throws InterruptedException {
        for (String message = next(); message != null; message = next()) {
            awaitRoom(); // an answer may follow
            emit("message", message);
        }
        emit("close");
    }

    private @Nullable String next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (heard.isEmpty() && !gone) {
                changed.await();
            }
            if (heard.size() == 1) {
                loop.runOnContext(_ -> socket.resume());
            }
            return gone ? null : heard.remove();
        } finally {
            lock.unlock();
        }
    }

    // ---- what the client is told

    /** Never waits: the library holds locks of its own. */
    @Override
    public void write(String text) throws IOException {
        lock.lock();
        try {
            if (gone) {
                throw new IOException("the client is gone");
            }
            waiting.add(complete(text));
            underWay += text.length() + OVERHEAD;
            if (!writing) {
                writing = true;
                loop.runOnContext(_ -> flush());
            }
        } finally {
            lock.unlock();
        }
    }

    /** The library's greeting lacks what the protocol wants in it. */
    private static String complete(String text) {
        return text.startsWith("0{") ? text.replaceFirst("}$", ", \"maxPayload\": 10000000}") : text;
    }

    @Override
    public void write(byte[] bytes) {
        throw new UnsupportedOperationException("all events are text");
    }

    private void flush() {
        List<String> all;
        lock.lock();
        try {
            all = waiting;
            waiting = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        int length = 0;
        for (String text : all.subList(0, all.size() - 1)) {
            channel.write(new TextWebSocketFrame(text), channel.voidPromise());
            length += text.length() + OVERHEAD;
        }
        int total = length + all.getLast().length() + OVERHEAD;
        channel.writeAndFlush(new TextWebSocketFrame(all.getLast()))
                .addListener(done -> written(total, done.isSuccess()));
    }

    private void written(int length, boolean success) {
        lock.lock();
        try {
            underWay -= length;
            gone |= !success;
            writing = !waiting.isEmpty() && !gone;
            changed.signalAll();
            if (writing) {
                loop.runOnContext(_ -> flush());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits while too much is under way; with its owner's share of what may stand still, or the client is cut. Returns at once when it is gone. */
    void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (underWay <= MOST_UNDER_WAY || gone) {
                return;
            }
            Transfers.@Nullable Place place =
                    Transfers.place(Transfers.Kind.STREAM, owner).orElse(null);
            if (place == null) {
                cut();
                return;
            }
            try (place) {
                while (underWay > MOST_UNDER_WAY && !gone) {
                    changed.await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- the end

    boolean isGone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    private void gone() {
        lock.lock();
        try {
            gone = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
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
