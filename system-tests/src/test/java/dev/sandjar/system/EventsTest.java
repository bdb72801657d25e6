package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command's output as Server-Sent Events: docs/streams.md. */
@Timeout(60)
class EventsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-XX:+ExitOnOutOfMemoryError");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.close();
        sandboxes.close();
        server.close();
    }

    private record Event(String name, long id, JsonNode data) {}

    /** A reader as browsers have it, as far as it goes. */
    private static final class Events implements AutoCloseable {
        private final BufferedReader lines;

        Events(CommandId command, String lastEventId) throws Exception {
            var request = server.request("/v1/api/sandboxes/" + sandbox.id() + "/commands/" + command + "/events");
            if (!lastEventId.isEmpty()) {
                request.header("Last-Event-ID", lastEventId);
            }
            HttpResponse<java.io.InputStream> response =
                    HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
            lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        Event next() throws IOException {
            String name = "message";
            long id = -1;
            var data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && !data.isEmpty()) {
                    return new Event(name, id, JSON.readTree(data.toString()));
                } else if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = Long.parseLong(line.substring(4));
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                }
            }
            throw new IOException("the events have ended");
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private static CommandId started(String script) {
        try (RunningCommand command = sandbox.start(CommandSpec.shell(script))) {
            return command.id();
        }
    }

    @Test
    void outputIsToldAsItComesAndTheEndingAtLast() throws Exception {
        CommandId id = started("printf 'h\\303\\251llo\\n'; sleep 0.2; printf '\\377' >&2; exit 4");
        try (var events = new Events(id, "")) {
            Event out = events.next();
            assertThat(out).isEqualTo(new Event("output", 7, JSON.readTree("""
                    {"stream": "stdout", "offset": 0, "text": "héllo\\n"}""")));
            assertThat(events.next()).isEqualTo(new Event("output", 8, JSON.readTree("""
                    {"stream": "stderr", "offset": 7, "base64": "/w=="}""")));
            Event ended = events.next();
            assertThat(ended.name()).isEqualTo("ended");
            assertThat(ended.data()).isEqualTo(JSON.readTree("""
                    {"total": 8, "ending": {"how": 1, "value": 4}}"""));
        }
    }

    @Test
    void whoComesBackGoesOnAfterTheLastEventThatItHas() throws Exception {
        CommandId id = started("echo one; while ! test -e go; do sleep 0.02; done; echo two");
        long last;
        try (var events = new Events(id, "")) {
            last = events.next().id();
        }
        sandbox.files().write("go", new byte[0]);
        try (var events = new Events(id, Long.toString(last))) {
            assertThat(events.next().data().path("text").asText()).isEqualTo("two\n");
        }
        try (var events = new Events(id, "")) { // and who has nothing has it all
            assertThat(events.next().data().path("text").asText()).startsWith("one\n");
        }
    }

    @Test
    void aCodePointThatIsWrittenByteByByteIsWhole() throws Exception {
        CommandId id = started("for b in 360 237 230 200; do printf \"\\\\$b\"; sleep 0.05; done");
        try (var events = new Events(id, "")) {
            assertThat(events.next().data().path("text").asText()).isEqualTo("😀");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3fa85f64-5717-4562-b3fc-2c963f66afa6, '', 404",
        "nonsense, '', 404",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6, x, 400",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6, -1, 400"
    })
    void whatDoesNotExistOrIsNoOffsetIsRefused(String command, String last, int status) throws Exception {
        var request = server.request("/v1/api/sandboxes/" + sandbox.id() + "/commands/" + command + "/events");
        if (!last.isEmpty()) {
            request.header("Last-Event-ID", last);
        }
        assertThat(server.send(request).statusCode()).isEqualTo(status);
    }

    @Test
    void whoSaysThatMoreHasComeThanWasWrittenIsRefused() throws Exception {
        var request =
                server.request("/v1/api/sandboxes/" + sandbox.id() + "/commands/" + started("sleep 1000") + "/events");
        assertThat(server.send(request.header("Last-Event-ID", "1")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void withoutATokenNothingIsTold() throws Exception {
        CommandId id = started("true");
        var request = HttpRequest.newBuilder(
                server.address.resolve("/v1/api/sandboxes/" + sandbox.id() + "/commands/" + id + "/events"));
        assertThat(server.send(request).statusCode()).isEqualTo(401);
    }
}
