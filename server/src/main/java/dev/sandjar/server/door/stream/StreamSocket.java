package dev.sandjar.server.door.stream;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.connection.Backpressure;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Pings;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One connection of a client: messages both ways. One thread receives, any send. */
final class StreamSocket implements AutoCloseable {
    private static final short MALFORMED = 1007;
    private static final short TRY_AGAIN_LATER = 1013;
    private static final long COPIES = 3; // of a message in parts: it grows by copying, and is copied at its end
    private static final int LONGEST_REASON = 100; // of 123 bytes that a close frame has room for

    private final ServerWebSocket socket;
    private final HttpConnection connection;
    private final String owner;
    private final StreamSink sink;

    /** Whoever receives may take his time, as long as an agent does. */
    private final FrameQueue frames;

    /** What was sent does not follow the rules: the connection ends. */
    static final class MalformedException extends IOException {
        MalformedException(SandboxException why) {
            super(String.valueOf(why.getMessage()), why);
        }
    }

    /**
     * On its event loop, before it reads.
     *
     * @param connection that it has come by
     */
    StreamSocket(Vertx vertx, Context loop, ServerWebSocket socket, HttpConnection connection, String owner) {
        this.socket = socket;
        this.connection = connection;
        this.owner = owner;
        var reading = new Backpressure(connection);
        this.frames = new FrameQueue(reading::stop, reading::goOn);
        this.sink = new StreamSink(vertx, loop, connection, owner);
        Pings.answer(connection);
        socket.frameHandler(this::arrived);
        socket.closeHandler(_ -> {
            sink.gone();
            frames.end();
        });
        socket.exceptionHandler(_ -> {}); // the close handler comes too
    }

    private void arrived(WebSocketFrame frame) {
        if (frame.isClose()) {
            frames.end();
        } else {
            frames.add(frame);
        }
    }

    /**
     * Waits for the next message.
     *
     * @throws IOException it is closed
     */
    StreamMessage.FromClient receive() throws IOException, InterruptedException {
        FrameQueue.Part part = next();
        try {
            return part.text()
                    ? StreamMessages.fromClient(whole(part).array())
                    : StreamMessages.fromClient(whole(part));
        } catch (SandboxException e) {
            throw new MalformedException(e);
        }
    }

    private FrameQueue.Part next() throws IOException, InterruptedException {
        FrameQueue.Part next = frames.take();
        if (next == null) {
            throw new IOException("closed");
        }
        return next;
    }

    private ByteBuffer whole(FrameQueue.Part first) throws IOException, InterruptedException {
        if (first.last()) {
            return first.bytes();
        }
        try (var room = new Transfers.Room(owner)) {
            return joined(first, room);
        }
    }

    private ByteBuffer joined(FrameQueue.Part first, Transfers.Room room) throws IOException, InterruptedException {
        var all = new ByteArrayOutputStream();
        add(first, all, room);
        for (FrameQueue.Part part = first; !part.last(); ) {
            part = next();
            add(part, all, room);
            if (all.size() > StreamMessage.LARGEST) {
                throw SandboxException.invalid(
                        "message", "more than " + StreamMessage.LARGEST + " bytes", "at most so many");
            }
        }
        return ByteBuffer.wrap(all.toByteArray());
    }

    private static void add(FrameQueue.Part part, ByteArrayOutputStream all, Transfers.Room room) {
        room.hold(COPIES * part.bytes().remaining());
        all.writeBytes(part.bytes().array());
    }

    void send(StreamMessage.FromServer message) throws IOException, InterruptedException {
        sink.send(message);
    }

    /** As {@link StreamSink#sendOutput}. */
    void sendOutput(StreamMessage.Told output) throws IOException, InterruptedException {
        sink.sendOutput(output);
    }

    /** Ends the connection of a client that sent what it may not, and tells it. */
    void refuse(MalformedException why) {
        letGo();
        String said = String.valueOf(why.getMessage());
        boolean later = why.getCause() instanceof SandboxException e && e.code() == ErrorCode.RATE_LIMITED;
        socket.close(
                later ? TRY_AGAIN_LATER : MALFORMED,
                said.length() > LONGEST_REASON ? said.substring(0, LONGEST_REASON) : said);
    }

    /** Ends the connection at once: its client has another one, so this is dead whatever it looks like. */
    void cut() {
        sink.close();
        frames.drop();
        Cut.now(connection);
    }

    /** What has come and is not read goes too: the client may take its time to close. */
    private void letGo() {
        sink.close();
        frames.drop();
    }

    @Override
    public void close() {
        letGo();
        socket.close();
    }
}
