package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.OutputRange;
import dev.sandjar.ProcessId;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code /v1/api} promises to clients that are not ours: docs/http-api.md. */
@Timeout(60)
class NativeApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home);
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.close();
        sandboxes.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/api/no/such/path",
                "/v1/api/sandboxes?unknown=1",
                "/v1/api/sandboxes?limit=0",
                "/v1/api/sandboxes/3fa85f64-5717-4562-b3fc-2c963f66afa6"
            })
    void everyErrorNamesItsRequest(String path) throws Exception {
        namesItsRequest(server.get(path));
    }

    @Test
    void strangersAreToldTheirRequestsNameToo() throws Exception {
        var stranger = HttpRequest.newBuilder(server.address.resolve("/v1/api/sandboxes"));
        namesItsRequest(server.send(stranger));
    }

    @Test
    void everyAnswerNamesItsRequestAndNoTwoAreAlike() throws Exception {
        String one = id(server.get("/v1/api/sandboxes"));
        assertThat(one).matches("req-[0-9a-f]{16}").isNotEqualTo(id(server.get("/v1/api/sandboxes")));
    }

    @ParameterizedTest
    @CsvSource({"-1, 'offset is -1, allowed: 0 or more'", "6, 'offset is 6, allowed: at most the file''s size'"})
    void anOffsetOutsideOfTheFileIsRefused(long offset, String message) throws Exception {
        sandbox.files().write("five", "12345".getBytes(StandardCharsets.US_ASCII));
        var answer = server.get("/v1/api/sandboxes/" + sandbox.id() + "/files/content?path=five&offset=" + offset);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("message").asText()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ports/8000", "/sftp"})
    void aConnectionThatDoesNotAskForFramesIsTold(String path) throws Exception {
        var answer = server.get("/v1/api/sandboxes/" + sandbox.id() + path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("remedy").asText()).contains("Upgrade: sandjar-frames");
    }

    @Test
    void aFileThatBecomesShorterWhileItIsReadIsNoShortFile() throws Exception {
        sandbox.run("truncate", "-s", "200M", "large");
        try (InputStream in = sandbox.files().open("large")) {
            in.readNBytes(1);
            sandbox.run("truncate", "-s", "150M", "large"); // the reader pauses: far less than that is under way
            assertThatThrownBy(in::readAllBytes).hasMessage("file large became shorter while it was read");
        }
    }

    @Test
    void whatIsBehindALinkIsSentWhole() throws Exception {
        sandbox.run("sh", "-c", "seq 1000 > numbers; ln -s numbers link");
        assertThat(server.get("/v1/sessions/" + sandbox.id() + "/files/link").body())
                .hasSize(3_893)
                .endsWith("1000\n");
    }

    @Test
    void aDownloadOfAnotherVersionDoesNotGoOn() throws Exception {
        sandbox.files().write("changing", "12345".getBytes(StandardCharsets.US_ASCII));
        String path = "/v1/api/sandboxes/" + sandbox.id() + "/files/content?path=changing";
        String version =
                server.get(path).headers().firstValue("Sandjar-File-Version").orElseThrow();
        assertThat(server.get(path + "&offset=2&version=" + version).statusCode())
                .isEqualTo(200);
        sandbox.files().write("changing", "1234".getBytes(StandardCharsets.US_ASCII));
        assertThat(server.get(path + "&offset=2&version=" + version).statusCode())
                .isEqualTo(503);
    }

    @Test
    void aCommandsStateIsRead() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.shell("echo x; exit 3"))) {
            command.await();
            JsonNode state = JSON.readTree(server.get(at(command)).body());
            assertThat(state.path("id").asText()).isEqualTo(command.id().toString());
            assertThat(state.path("ending").path("how").asInt()).isEqualTo(1);
            assertThat(state.path("ending").path("value").asInt()).isEqualTo(3);
            assertThat(state.path("written").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aRangeOfOutputIsPlainBytesAndItsOffsets() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.shell("seq 1000; echo err >&2"))) {
            command.await();
            var all = server.get(at(command) + "/log");
            assertThat(all.statusCode()).isEqualTo(200);
            assertThat(all.headers().firstValue("Content-Type")).contains("application/octet-stream");
            assertThat(all.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(offsets(all)).isEqualTo("0-3897 of 3897");
            assertThat(all.body()).contains("1\n2\n", "1000\n", "err\n").hasSize(3_897);
            assertThat(server.get(at(command) + "/log?stream=stderr").body()).isEqualTo("err\n");
            var some = server.get(at(command) + "/log?stream=both&from=3897&to=5000");
            assertThat(some.statusCode()).isEqualTo(200);
            assertThat(offsets(some)).isEqualTo("3897-3897 of 3897");
            assertThat(some.body()).isEmpty();
        }
    }

    @Test
    void aRangeThatIsNotWholeIs206AndOneThatWasForgotten410() throws Exception {
        var spec = CommandSpec.builder(List.of("head", "-c", "30000000", "/dev/zero"))
                .retention(CommandSpec.Retention.LATEST)
                .build();
        try (RunningCommand command = sandbox.start(spec)) {
            command.await();
            var rest = server.get(at(command) + "/log");
            long oldest = command.info().oldest();
            long to = oldest + OutputRange.LONGEST;
            assertThat(rest.statusCode()).isEqualTo(206);
            assertThat(offsets(rest)).isEqualTo(oldest + "-" + to + " of 30000000");
            assertThat(rest.headers().firstValue("Content-Range"))
                    .contains("output " + oldest + "-" + (to - 1) + "/30000000");
            assertThat(rest.body()).hasSize(OutputRange.LONGEST);
            var lost = server.get(at(command) + "/log?from=10&to=20");
            assertThat(lost.statusCode()).isEqualTo(410);
            assertThat(JSON.readTree(lost.body()).path("code").asText()).isEqualTo("OUTPUT_LOST");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            stream=all      | stream is something else, allowed: stdout, stderr or both
            from=-1         | from is -1, allowed: 0 to 2, what was written so far
            from=3          | from is 3, allowed: 0 to 2, what was written so far
            from=2&to=1     | to is 1, allowed: from, or more
            from=x          | from is something else, allowed: a whole number
            offset=1        | parameter is unknown, allowed: from, stream, to
            """)
    void aRangeOutsideOfWhatThereIsIsRefused(String query, String message) throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.of("echo", "x"))) {
            command.await();
            var answer = server.get(at(command) + "/log?" + query);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("message").asText()).isEqualTo(message);
        }
    }

    @Test
    void processesAreListedAndSignalled() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.of("sleep", "1000"))) {
            String processes = "/v1/api/sandboxes/" + sandbox.id() + "/processes";
            JsonNode process = JSON.readTree(server.get(processes).body()).path(0);
            assertThat(process.path("command").asText()).isEqualTo(command.id().toString());
            String signal = processes + "/" + process.path("pid").asInt() + "/signal";
            String body = "{\"signal\": 15, \"startedAt\": \""
                    + process.path("startedAt").asText() + "\"}";
            assertThat(server.post(signal, body.replace("Z", "")).statusCode()).isEqualTo(400);
            assertThat(server.post(signal, "{\"signal\": 15}").body()).contains("startedAt is missing");
            assertThat(server.post(signal, body.replace("}", ", \"tree\": true}"))
                            .body())
                    .contains("unknown");
            assertThat(server.post(signal, body.replace("15", "65")).statusCode())
                    .isEqualTo(400);
            String never = "{\"signal\": 15, \"startedAt\": \"+1000000000-12-31T23:59:59Z\"}";
            assertThat(server.post(signal, never).statusCode()).isEqualTo(400);
            assertThat(server.post(processes + "/x/signal", body).statusCode()).isEqualTo(400);
            assertThat(server.post(processes + "/0/signal", body).statusCode()).isEqualTo(400);
            var agent = server.post(processes + "/1/signal", body);
            assertThat(agent.statusCode()).as(agent.body()).isEqualTo(403);
            var stranger = server.post(processes + "/2147483647/signal", body);
            assertThat(stranger.statusCode()).as(stranger.body()).isEqualTo(404);
            assertThat(server.post(signal, body).statusCode()).isEqualTo(204);
            assertThat(command.await()).isEqualTo(new Ending.Killed(Signal.TERM));
        }
    }

    /** As if there were none. */
    @Test
    void processesAndOutputOfOthersAreNotFound() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.of("sleep", "1000"))) {
            String processes = "/v1/api/sandboxes/" + sandbox.id() + "/processes";
            ProcessId id = sandbox.processes().getFirst().id();
            String body = "{\"signal\": 9, \"startedAt\": \"" + id.startedAt() + "\"}";
            assertThat(asBob("GET", processes, "")).isEqualTo(404);
            assertThat(asBob("POST", processes + "/" + id.pid() + "/signal", body))
                    .isEqualTo(404);
            assertThat(asBob("GET", at(command), "")).isEqualTo(404);
            assertThat(asBob("GET", at(command) + "/log", "")).isEqualTo(404);
            assertThat(command.info().ending()).isEmpty();
            command.kill();
        }
    }

    private static int asBob(String method, String path, String body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.address.resolve(path))
                        .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN)
                        .method(method, HttpRequest.BodyPublishers.ofString(body)))
                .statusCode();
    }

    private static String at(RunningCommand command) {
        return "/v1/api/sandboxes/" + sandbox.id() + "/commands/" + command.id();
    }

    private static String offsets(HttpResponse<String> answer) {
        var headers = answer.headers();
        return headers.firstValue("Sandjar-Output-From").orElse("") + "-"
                + headers.firstValue("Sandjar-Output-To").orElse("") + " of "
                + headers.firstValue("Sandjar-Output-Written").orElse("");
    }

    private static void namesItsRequest(HttpResponse<String> refusal) throws Exception {
        JsonNode body = JSON.readTree(refusal.body());
        assertThat(refusal.statusCode()).isBetween(400, 499);
        assertThat(body.path("requestId").asText()).matches("req-[0-9a-f]{16}").isEqualTo(id(refusal));
    }

    private static String id(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Request-Id").orElse("");
    }
}
