package dev.sandjar.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A client of the WebSocket that is not ours: Java's own. Holds every text message, of both sides, against docs/streams.asyncapi.json. */
final class StreamClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HERE = "https://sandjar.test/streams.json";
    private static final String DOCUMENT = read();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(HERE, DOCUMENT))));

    /** Types of all messages that were held against the document, of all clients. */
    static final Set<String> SEEN = java.util.concurrent.ConcurrentHashMap.newKeySet();

    /** A message; output has its bytes, everything else its JSON. */
    record Heard(JsonNode json, int channel, int kind, long offset, String bytes) {
        String type() {
            return json == null
                    ? (kind == 1 ? "stdout" : "stderr")
                    : json.path("type").asText();
        }
    }

    final WebSocket socket;
    final CompletableFuture<String> closed = new CompletableFuture<>();
    private final AtomicReference<AssertionError> wrong = new AtomicReference<>();
    private final LinkedBlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    StreamClient(RealServer server, String target) throws Exception {
        this(
                server,
                target,
                HttpClient.newHttpClient().newWebSocketBuilder().header("Authorization", "Bearer " + RealServer.TOKEN));
    }

    StreamClient(RealServer server, String target, WebSocket.Builder builder) throws Exception {
        URI address = URI.create(server.address.toString().replaceFirst("http", "ws") + target);
        socket = builder.buildAsync(address, new Listener()).get(20, TimeUnit.SECONDS);
    }

    private static String read() {
        try {
            return Files.readString(Path.of("../docs/streams.asyncapi.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Types of the messages that the document has. */
    static Set<String> documented() throws IOException {
        var names = new TreeSet<String>();
        JSON.readTree(DOCUMENT).path("components").path("messages").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                hear(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void hear(String message) {
            try {
                JsonNode json = checked(message);
                heard.add(new Heard(json, json.path("channel").asInt(), -1, -1, ""));
            } catch (AssertionError | RuntimeException e) { // Java's client would keep it to itself
                wrong.compareAndSet(null, new AssertionError("the server says what the document does not have", e));
                heard.add(new Heard(null, -1, -1, -1, "")); // whoever waits need not
            }
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            binary.writeBytes(part);
            if (last) {
                ByteBuffer all = ByteBuffer.wrap(binary.toByteArray());
                int channel = all.getInt();
                int kind = all.get();
                long offset = all.getLong();
                heard.add(new Heard(
                        null,
                        channel,
                        kind,
                        offset,
                        StandardCharsets.ISO_8859_1.decode(all).toString()));
                binary.reset();
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete("cut");
        }
    }

    private static JsonNode checked(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            String type = json.path("type").asText();
            var schema = SCHEMAS.getSchema(SchemaLocation.of(HERE + "#/components/messages/" + type + "/payload"));
            assertEquals(Set.of(), schema.validate(text, InputFormat.JSON), text);
            SEEN.add(type);
            return json;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says what the document has. */
    void say(String json) throws Exception {
        checked(json);
        sayAnything(json);
    }

    void sayAnything(String text) throws Exception {
        socket.sendText(text, true).get(20, TimeUnit.SECONDS);
    }

    void input(int channel, long offset, byte[] bytes) throws Exception {
        ByteBuffer message = ByteBuffer.allocate(13 + bytes.length);
        message.putInt(channel).put((byte) 0).putLong(offset).put(bytes).flip();
        socket.sendBinary(message, true).get(20, TimeUnit.SECONDS);
    }

    /** Waits for the next message. */
    Heard next() throws InterruptedException {
        Heard next = heard.poll(20, TimeUnit.SECONDS);
        throwWrong();
        assertNotNull(next, "nothing came");
        return next;
    }

    private void throwWrong() {
        AssertionError error = wrong.get();
        if (error != null) {
            throw error;
        }
    }

    /** Waits for the next message of a type, and passes over others. */
    Heard next(String type) throws InterruptedException {
        Heard next = next();
        while (!next.type().equals(type)) {
            next = next();
        }
        return next;
    }

    /** Waits for output in which a text is, with what a shell says besides. */
    void awaitOutput(String text) throws InterruptedException {
        var output = new StringBuilder();
        while (output.indexOf(text) < 0) {
            output.append(next("stdout").bytes());
        }
    }

    /** Whether nothing has come that nobody has asked for. */
    boolean isQuiet() {
        return heard.isEmpty();
    }

    @Override
    public void close() {
        socket.abort();
        throwWrong();
    }
}
