package dev.sandjar.client;

import dev.sandjar.client.http.WebSocket;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the server, by one thread a connection: whoever wants to say something is asked for it, one message each in turn. So nobody else waits for the
 * socket, an interruption of a caller does not cut it, and nothing is queued but what each channel keeps by itself.
 */
final class StreamWriter {
    private final BlockingQueue<Turn> turns = new LinkedBlockingQueue<>();
    private final Set<Turn> waiting = ConcurrentHashMap.newKeySet(); // each has one turn at a time
    private final AtomicReference<@Nullable ByteBuffer> ping = new AtomicReference<>(); // that is not answered yet

    private sealed interface Turn {
        record Channel(StreamChannel channel) implements Turn {}

        record Pong() implements Turn {}
    }

    /** A channel has something to say. Does not wait. */
    void wants(StreamChannel channel) {
        wants(new Turn.Channel(channel));
    }

    /** The server wants to know whether we are there. Does not wait; of many, the last is answered. */
    void pinged(ByteBuffer bytes) {
        ping.set(bytes);
        wants(new Turn.Pong());
    }

    private void wants(Turn turn) {
        if (waiting.add(turn)) {
            turns.add(turn);
        }
    }

    /** Writes to a connection until it is cut, or the thread is interrupted; only one at a time may. */
    Thread start(WebSocket to) {
        return Thread.ofVirtual().name("sandbox-stream-write").start(() -> write(to));
    }

    private void write(WebSocket to) {
        try (to) { // whoever reads it notices
            while (true) {
                Turn turn = turns.take();
                waiting.remove(turn);
                if (hasSpoken(turn, to)) {
                    wants(turn);
                }
            }
        } catch (IOException | InterruptedException over) {
            // it is cut
        }
    }

    private boolean hasSpoken(Turn turn, WebSocket to) throws IOException {
        switch (turn) {
            case Turn.Channel(StreamChannel channel) -> {
                StreamMessage message = channel.say();
                if (message == null) {
                    return false;
                }
                send(message, to);
            }
            case Turn.Pong _ -> {
                ByteBuffer bytes = ping.getAndSet(null);
                if (bytes == null) {
                    return false;
                }
                to.sendPong(bytes);
            }
        }
        return true;
    }

    private static void send(StreamMessage message, WebSocket to) throws IOException {
        Optional<ByteBuffer> bulk = StreamMessages.bulk(message);
        if (bulk.isPresent()) {
            to.sendBinary(StreamMessages.head(message), bulk.get());
        } else {
            to.sendText(StreamMessages.head(message));
        }
    }
}
