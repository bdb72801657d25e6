package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of Socket.IO that says what it is told to say, frame by frame. */
final class SocketIo implements AutoCloseable {
    static final String PATH = "/socket.io/?transport=websocket&EIO=4";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CLOSED = "closed";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    private SocketIo(URI server, String path, String... header) {
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        for (int i = 0; i < header.length; i += 2) {
            builder.header(header[i], header[i + 1]);
        }
        socket = builder.buildAsync(URI.create("ws://" + server.getAuthority() + path), new Listener())
                .join();
    }

    /** Connected to the namespace {@code /}. */
    static SocketIo connect(URI server, String token) throws Exception {
        return connected(open(server, token));
    }

    private static SocketIo connected(SocketIo client) throws Exception {
        client.say("40");
        assertThat(client.next()).matches("40\\{\"sid\":\"[^\"]+\"}");
        return client;
    }

    /** With credentials of any kind. */
    static SocketIo connectAs(URI server, String authorization) throws Exception {
        return connected(greeted(new SocketIo(server, PATH, "Authorization", authorization)));
    }

    /** The server has greeted, and nothing else happened. */
    static SocketIo open(URI server, String token) throws Exception {
        return greeted(new SocketIo(server, PATH, "Authorization", "Bearer " + token));
    }

    private static SocketIo greeted(SocketIo client) throws Exception {
        JsonNode greeting = JSON.readTree(client.next().substring(1));
        assertThat(greeting.path("pingInterval").asInt()).isEqualTo(25_000);
        assertThat(greeting.path("pingTimeout").asInt()).isEqualTo(60_000);
        assertThat(greeting.path("maxPayload").asInt()).isEqualTo(10_000_000);
        assertThat(greeting.path("upgrades")).isEmpty();
        return client;
    }

    void say(String frame) {
        socket.sendText(frame, true).join();
    }

    void sayBytes(byte[] bytes) {
        socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true).join();
    }

    void emit(String event, String json) {
        say("42[\"" + event + "\"," + json + "]");
    }

    void follow(String session, int process, long offset) {
        emit(
                "start_command_stream",
                "{\"session_id\":\"%s\",\"process_id\":%d,\"offset\":%d}".formatted(session, process, offset));
    }

    /** The next frame that is no ping. */
    String next() throws InterruptedException, IOException {
        String frame = heard.poll(30, TimeUnit.SECONDS);
        assertThat(frame).as("a frame within half a minute").isNotNull();
        if (frame.equals("2")) {
            say("3");
            return next();
        }
        return frame;
    }

    /** What comes next must be that the server wants to know whether we are there. */
    void awaitPing() {
        try {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("2");
            say("3");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next event, which must be of that name. */
    JsonNode next(String event) throws Exception {
        String frame = next();
        assertThat(frame).startsWith("42[\"" + event + "\",");
        return JSON.readTree(frame.substring(2)).get(1);
    }

    /** All output of a process until it ends, and the exit code at the end. */
    List<String> untilExit(int process) throws Exception {
        var lines = new ArrayList<String>();
        while (true) {
            JsonNode event = JSON.readTree(next().substring(2));
            assertThat(event.get(1).path("process_id").asInt()).isEqualTo(process);
            if (event.get(0).asText().equals("command_exit")) {
                lines.add("exit " + event.get(1).path("exit_code").asInt());
                return lines;
            }
            assertThat(event.get(0).asText()).isEqualTo("command_output");
            lines.add(event.get(1).path("output").asText());
        }
    }

    /** The JDK's client does not always notice by itself, but who writes does. */
    void awaitClosed() throws Exception {
        Waiting.until("the server has closed", () -> {
            try {
                say("3");
                return heard.contains(CLOSED);
            } catch (CompletionException closed) {
                return true;
            }
        });
    }

    /** As when the network goes. */
    void cut() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            parts.append(text);
            if (last) {
                heard.add(parts.toString());
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String why) {
            heard.add(CLOSED);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            heard.add(CLOSED);
        }
    }
}
