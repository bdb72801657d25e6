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
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One connection of a client: messages both ways. One thread receives, any send. */
final class StreamSocket implements AutoCloseable {
    private static final short MALFORMED = 1007;
    private static final short TRY_AGAIN_LATER = 1013;
    private static final long COPIES = 3; // of a message in parts: it grows by copying, and is copied at its end
    private static final int MOST_BYTES = 16 * 1024; // that wait before the connection does
    private static final int MOST_FRAMES = 16;
    private static final int CROWD = 256; // frames that need a place: a read may bring thousands
    private static final int LONGEST_REASON = 100; // of 123 bytes that a close frame has room for

    private final ServerWebSocket socket;
    private final HttpConnection connection;
    private final String owner;
    private final Backpressure reading;
    private volatile boolean over;
    private final StreamSink sink;

    /** That wait; nothing: it is closed. Whoever receives may take his time, as long as an agent does. */
    private final LinkedBlockingQueue<Optional<WebSocketFrame>> frames = new LinkedBlockingQueue<>();

    private final AtomicInteger waiting = new AtomicInteger(); // bytes of them
    private final AtomicReference<Transfers.@Nullable Place> crowd = new AtomicReference<>(); // while many wait

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
        this.reading = new Backpressure(connection);
        this.sink = new StreamSink(vertx, loop, connection, owner);
        Pings.answer(connection);
        socket.frameHandler(this::arrived);
        socket.closeHandler(_ -> {
            sink.gone();
            frames.add(Optional.empty());
        });
        socket.exceptionHandler(_ -> {}); // the close handler comes too
    }

    /** What comes after the end is nobody's, and takes no memory. */
    private void arrived(WebSocketFrame frame) {
        if (over) {
            return;
        }
        frames.add(Optional.of(frame));
        if (waiting.addAndGet(frame.binaryData().length()) > MOST_BYTES || frames.size() > MOST_FRAMES) {
            reading.stop(); // what was read before still comes, in frames of any size
            if (frames.isEmpty()) { // taken meanwhile, by one who went on before we stopped
                reading.goOn();
            }
        }
        if (frames.size() > CROWD && crowd.get() == null) {
            Transfers.place(Transfers.Kind.FILE, owner).ifPresentOrElse(crowd::set, this::refuseCrowd);
            if (over) { // meanwhile
                leaveCrowd();
            }
        }
    }

    private void refuseCrowd() {
        refuse(new MalformedException(new SandboxException(
                ErrorCode.RATE_LIMITED, "too many messages wait to be handled", "send fewer at a time", null)));
        frames.add(Optional.empty());
    }

    /**
     * Waits for the next message.
     *
     * @throws IOException it is closed
     */
    StreamMessage.FromClient receive() throws IOException, InterruptedException {
        WebSocketFrame frame = next();
        while (!frame.isText() && !frame.isBinary()) { // pings are answered for us
            frame = next();
        }
        try {
            return frame.isText()
                    ? StreamMessages.fromClient(whole(frame))
                    : StreamMessages.fromClient(ByteBuffer.wrap(whole(frame)));
        } catch (SandboxException e) {
            throw new MalformedException(e);
        }
    }

    private WebSocketFrame next() throws IOException, InterruptedException {
        Optional<WebSocketFrame> next = frames.take();
        waiting.addAndGet(-next.map(frame -> frame.binaryData().length()).orElse(0));
        if (frames.isEmpty()) {
            leaveCrowd();
            reading.goOn();
        }
        return next.filter(frame -> !over && !frame.isClose()).orElseThrow(() -> new IOException("closed"));
    }

    private void leaveCrowd() {
        Transfers.Place place = crowd.getAndSet(null);
        if (place != null) {
            place.close();
        }
    }

    private byte[] whole(WebSocketFrame first) throws IOException, InterruptedException {
        if (first.isFinal()) {
            return first.binaryData().getBytes();
        }
        try (var room = new Transfers.Room(owner)) {
            return joined(first, room);
        }
    }

    private byte[] joined(WebSocketFrame first, Transfers.Room room) throws IOException, InterruptedException {
        var all = new ByteArrayOutputStream();
        add(first, all, room);
        WebSocketFrame part = first;
        while (!part.isFinal()) {
            part = next();
            if (part.isContinuation()) {
                add(part, all, room);
            }
            if (all.size() > StreamMessage.LARGEST) {
                throw SandboxException.invalid(
                        "message", "more than " + StreamMessage.LARGEST + " bytes", "at most so many");
            }
        }
        return all.toByteArray();
    }

    private static void add(WebSocketFrame part, ByteArrayOutputStream all, Transfers.Room room) {
        byte[] bytes = part.binaryData().getBytes();
        room.hold(COPIES * bytes.length);
        all.writeBytes(bytes);
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
        over = true;
        sink.close();
        frames.add(Optional.empty()); // for whoever receives
        end();
    }

    private void end() {
        Cut.now(connection);
    }

    /** What has come and is not read goes too: the client may take its time to close. */
    private void letGo() {
        over = true;
        sink.close();
        leaveCrowd();
        reading.goOn();
    }

    @Override
    public void close() {
        letGo();
        socket.close();
    }
}
