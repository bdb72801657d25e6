package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.testing.Waiting;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sessions API as its clients in the field speak it, byte for byte, to the real server. */
@Timeout(120)
class SessionsApiTest {
    private static SessionsServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new SessionsServer("server", "-Dsandjar.keep-alive=1s", "-Dsandjar.registries=127.0.0.1:1");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @AfterEach
    void removeAll() throws Exception {
        server.removeAll();
    }

    // ---- who may come in

    @Test
    void healthIsForEverybody() throws Exception {
        var answer = server.send(
                HttpRequest.newBuilder(server.address.resolve("/health")).GET());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(SessionsServer.json(answer).path("status").asText()).isEqualTo("healthy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sessions", "/v1/sessions", "/sandboxes", "/v1/sandboxes", "/metrics"})
    void withoutCredentialsNobodyPasses(String path) throws Exception {
        var answer =
                server.send(HttpRequest.newBuilder(server.address.resolve(path)).GET());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(SessionsServer.json(answer).path("error").asText()).isEqualTo("UNAUTHORIZED");
        assertThat(SessionsServer.json(answer).path("message").asText()).isEqualTo("no credentials");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }

    @Test
    void metricsAreForOperatorsAndNameNobody() throws Exception {
        String id = server.create("{}");
        var mine = server.get("/metrics");
        assertThat(mine.statusCode()).as(mine.body()).isEqualTo(200);
        assertThat(mine.body()).contains("sandjar_sandboxes{state=\"running\"}").doesNotContain("alice", "bob", id);
        var others = server.send(HttpRequest.newBuilder(server.address.resolve("/metrics"))
                .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN));
        assertThat(others.statusCode()).isEqualTo(403);
        assertThat(SessionsServer.json(others).path("error").asText()).isEqualTo("PERMISSION_DENIED");
    }

    @Test
    void aWrongTokenIsRefusedAndNotRepeated() throws Exception {
        var answer = server.send(HttpRequest.newBuilder(server.address.resolve("/sessions"))
                .header("Authorization", "Bearer wrong-secret")
                .GET());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).doesNotContain("wrong-secret");
    }

    /** Together these bodies are twice the server's memory. */
    @Test
    void nothingIsKeptOfTheBodiesOfStrangers() throws Exception {
        byte[] head = """
                POST /v1/api/sandboxes HTTP/1.1\r
                Host: x\r
                Content-Type: application/json\r
                Content-Length: 8000010\r
                \r
                """.getBytes(StandardCharsets.US_ASCII);
        var connections = new java.util.ArrayList<Socket>();
        try {
            for (int i = 0; i < 64; i++) {
                var connection = new Socket(server.address.getHost(), server.address.getPort());
                connections.add(connection);
                connection.getOutputStream().write(head);
                connection.getOutputStream().write(new byte[8_000_000]);
            }
            for (Socket connection : connections) {
                assertThat(new String(connection.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 401");
            }
            assertThat(server.get("/sessions").statusCode()).isEqualTo(200);
        } finally {
            for (Socket connection : connections) {
                connection.close();
            }
        }
    }

    @Test
    void othersSandboxesDoNotExist() throws Exception {
        String id = server.create("{}");
        var answer = server.send(HttpRequest.newBuilder(server.address.resolve("/sessions/" + id))
                .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN)
                .GET());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(SessionsServer.json(answer).path("error").asText()).isEqualTo("SESSION_NOT_FOUND");
    }

    @Test
    void everyAnswerTellsTheRateLimit() throws Exception {
        var headers = server.get("/sessions").headers();
        assertThat(headers.firstValueAsLong("X-RateLimit-Limit")).hasValue(60_000);
        assertThat(headers.firstValueAsLong("X-RateLimit-Remaining").orElseThrow())
                .isBetween(0L, 59_999L);
        assertThat(headers.firstValueAsLong("X-RateLimit-Reset").orElseThrow())
                .isGreaterThanOrEqualTo(Instant.now().getEpochSecond() - 5);
    }

    // ---- sessions

    @ParameterizedTest
    @ValueSource(strings = {"/sessions", "/v1/sessions", "/sandboxes", "/v1/sandboxes"})
    void aSessionIsCreatedShownAndDeletedOnEveryPath(String path) throws Exception {
        var created = server.post(path, "{\"ttl\": 120, \"metadata\": {\"n\": 1, \"deep\": [true, null, 0.5]}}");
        assertThat(created.statusCode()).isEqualTo(200);
        JsonNode session = SessionsServer.json(created);
        String id = session.path("sessionId").asText();
        assertThat(session.path("sandboxId").asText()).isEqualTo(id);
        assertThat(session.path("status").asText()).isEqualTo("running");
        assertThat(session.path("metadata"))
                .isEqualTo(SessionsServer.JSON.readTree("{\"n\": 1, \"deep\": [true, null, 0.5]}"));
        assertThat(Duration.between(time(session, "createdAt"), time(session, "expiresAt")))
                .isEqualTo(Duration.ofSeconds(120));
        assertThat(server.get(path + "/" + id).statusCode()).isEqualTo(200);
        assertThat(server.method("DELETE", path + "/" + id, "").statusCode()).isEqualTo(200);
        var gone = server.get(path + "/" + id);
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(SessionsServer.json(gone).path("error").asText())
                .isEqualTo(path.contains("sandboxes") ? "SANDBOX_NOT_FOUND" : "SESSION_NOT_FOUND");
        assertThat(server.method("DELETE", path + "/" + id, "").statusCode()).isEqualTo(404);
    }

    @Test
    void theBodyOfACreateIsOptional() throws Exception {
        assertThat(server.method("POST", "/sessions", "").statusCode()).isEqualTo(200);
    }

    @Test
    void theOldestClientGets201ByItsKey() throws Exception {
        var created = server.send(HttpRequest.newBuilder(server.address.resolve("/sessions"))
                .header("X-API-Key", RealServer.TOKEN)
                .POST(HttpRequest.BodyPublishers.ofString("{\"ttl\": 3600, \"metadata\": {}}")));
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(SessionsServer.json(created).path("sandboxPath").asText()).isEqualTo("/workspace");
    }

    @Test
    void listsHaveEverySpellingOfTheirKey() throws Exception {
        server.create("{}");
        server.create("{}");
        JsonNode list = SessionsServer.json(server.get("/v1/sessions?limit=1&offset=0"));
        for (String key : new String[] {"sessions", "sandboxes", "sandboxs"}) {
            assertThat(list.path(key)).hasSize(1);
        }
        assertThat(list.path("total").asInt()).isEqualTo(2);
        assertThat(list.path("limit").asInt()).isEqualTo(1);
    }

    @Test
    void aSessionThatFailedIsNeitherListedNorCounted() throws Exception {
        String older = server.create("{}");
        String failed = server.create("{}");
        String newer = server.create("{}");
        Path processes = Path.of("/sys/fs/cgroup/pids/sandjar", failed, "cgroup.procs");
        String agent = Files.readAllLines(processes).getFirst();
        ProcessHandle.of(Long.parseLong(agent)).orElseThrow().destroyForcibly();
        Waiting.until("it has failed", () -> server.get("/sessions/" + failed).statusCode() == 502);
        JsonNode first = SessionsServer.json(server.get("/sessions?limit=1"));
        JsonNode second = SessionsServer.json(server.get("/sessions?limit=1&offset=1"));
        assertThat(first.path("total").asInt() + " " + second.path("total").asInt())
                .isEqualTo("2 2");
        assertThat(first.at("/sessions/0/sessionId").asText()).isEqualTo(newer);
        assertThat(second.at("/sessions/0/sessionId").asText()).isEqualTo(older);
        assertThat(server.method("DELETE", "/sessions/" + failed, "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aRepeatedCreateWithTheSameKeyIsOneSession() throws Exception {
        var request = server.request("/sessions")
                .header("Idempotency-Key", "k1")
                .POST(HttpRequest.BodyPublishers.ofString("{}"));
        String first =
                SessionsServer.json(server.send(request)).path("sessionId").asText();
        assertThat(SessionsServer.json(server.send(request)).path("sessionId").asText())
                .isEqualTo(first);
    }

    @Test
    void pauseAndResumeRefuseWhatIsNotPossible() throws Exception {
        String id = server.create("{}");
        assertThat(SessionsServer.json(server.method("POST", "/sandboxes/" + id + "/pause", ""))
                        .path("status")
                        .asText())
                .isEqualTo("paused");
        var again = server.method("POST", "/sandboxes/" + id + "/pause", "");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(SessionsServer.json(again).path("error").asText()).isEqualTo("INVALID_STATE");
        assertThat(server.post("/sandboxes/" + id + "/commands", "{\"command\": \"true\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(SessionsServer.json(server.method("POST", "/sandboxes/" + id + "/resume", ""))
                        .path("status")
                        .asText())
                .isEqualTo("running");
    }

    @Test
    void aSessionIsExtended() throws Exception {
        String id = server.create("{\"ttl\": 60}");
        JsonNode extended = SessionsServer.json(server.method("PATCH", "/sessions/" + id, "{\"ttl\": 7200}"));
        assertThat(time(extended, "expiresAt")).isAfter(Instant.now().plusSeconds(7_100));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        {"ttl": 59}               | ttl is 59, allowed: 60 to 28800
        {"ttl": 28801}            | ttl is 28801, allowed: 60 to 28800
        {"ttl": "60"}             | ttl is a string, allowed: 60 to 28800
        {"ttl": 60.5}             | ttl is the number 60.5, allowed: 60 to 28800
        {"tll": 60}               | field tll is unknown, allowed: image, metadata, sshPublicKey, template, ttl
        {"<b>": 60}               | a field is unknown, allowed: image, metadata, sshPublicKey, template, ttl
        {"metadata": []}          | metadata is an array, allowed: an object
        {"sshPublicKey": "x"}     | sshPublicKey is "x"
        {"metadata": {"a": "\\ud800"}} | metadata is text with half a surrogate pair
        {"ttl": 60                | the body is not JSON at line 1
        []                        | the body is another kind of JSON, allowed: a JSON object
        """)
    void badInputIsRefusedByName(String body, String message) throws Exception {
        var answer = server.post("/sessions", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(SessionsServer.json(answer).path("message").asText()).startsWith(message.replace("\"\"", "\""));
    }

    @Test
    void aRegistryThatIsDownIsToldAsSuch() throws Exception {
        var answer = server.post("/sessions", "{\"image\": \"127.0.0.1:1/no/such:image\"}");
        assertThat(answer.statusCode()).isIn(502, 200); // the latter when that took longer than the keep-alive
        assertThat(SessionsServer.json(answer).path("error").asText()).isEqualTo("REGISTRY_UNAVAILABLE");
    }

    @Test
    void aRegistryThatIsNotAllowedIsNotEvenAsked() throws Exception {
        try (var secret = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            int port = ((InetSocketAddress) secret.getLocalAddress()).getPort();
            var answer = server.post("/sessions", "{\"image\": \"127.0.0.1:" + port + "/a\"}");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(SessionsServer.json(answer).path("message").asText()).endsWith("allowed: images of 127.0.0.1:1");
            secret.configureBlocking(false);
            assertThat(secret.accept()).isNull();
        }
    }

    @Test
    void metadataOverItsBoundIsRefusedWithTheBound() throws Exception {
        var answer = server.post("/sessions", "{\"metadata\": {\"a\": \"" + "x".repeat(1 << 20) + "\"}}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(SessionsServer.json(answer).path("message").asText()).contains("metadata", "at most 65536");
        var many = server.post("/sessions", "{\"metadata\": {\"a\": [" + "[],".repeat(5_000) + "[]]}}");
        assertThat(many.statusCode()).isEqualTo(400);
        assertThat(SessionsServer.json(many).path("message").asText()).contains("metadata", "at most 4096");
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "offset=-1", "limit=x"})
    void badPagesAreRefused(String query) throws Exception {
        assertThat(server.get("/sessions?" + query).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"non-existent-id", "1-1-1-1-1", "%2e%2e", "00000000-0000-0000-0000-000000000000", "%00"})
    void whatIsNoIdIsNotFound(String id) throws Exception {
        assertThat(server.get("/sessions/" + id).statusCode()).isEqualTo(404);
    }

    // ---- commands and code

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        echo out; echo err >&2     | completed | 0   | "out\n" | "err\n"
        exit 3                     | failed    | 3   | ""      | ""
        no-such-program            | failed    | 127 | ""      | "bash: line 1: no-such-program: command not found\n"
        echo $SHELL                | completed | 0   | "/bin/bash\n" | ""
        [[ 1 == 1 ]] && echo bash  | completed | 0   | "bash\n" | ""
        """)
    void aCommandRuns(String command, String status, int exit, String out, String err) throws Exception {
        JsonNode result = server.run(
                server.create("{}"),
                "commands",
                SessionsServer.JSON.createObjectNode().put("command", command).toString());
        assertThat(result.path("status").asText()).isEqualTo(status);
        assertThat(result.path("exitCode").asInt()).isEqualTo(exit);
        assertThat(result.path("stdout").asText()).isEqualTo(out.replace("\\n", "\n"));
        assertThat(result.path("stderr").asText()).endsWith(err.replace("\\n", "\n"));
    }

    @Test
    void pythonAndBashRun() throws Exception {
        String id = server.create("{}");
        assertThat(server.run(id, "code", "{\"code\": \"print(40 + 2)\"}")
                        .path("stdout")
                        .asText())
                .isEqualTo("42\n");
        assertThat(server.run(id, "code", "{\"language\": \"bash\", \"code\": \"echo hi\", \"timeout\": 60}")
                        .path("stdout")
                        .asText())
                .isEqualTo("hi\n");
        assertThat(server.run(id, "code/python", "{\"code\": \"print(1)\", \"timeout\": 60}")
                        .path("stdout")
                        .asText())
                .isEqualTo("1\n");
    }

    @Test
    void javascriptRunsWhereTheImageHasIt() throws Exception {
        JsonNode result = server.run(
                server.create("{}"), "code", "{\"language\": \"javascript\", \"code\": \"console.log(40 + 2)\"}");
        if (Files.isExecutable(Path.of("/usr/bin/node"))) { // this machine's /usr is the image
            assertThat(result.path("stdout").asText()).isEqualTo("42\n");
        } else {
            assertThat(result.path("exitCode").asInt()).isEqualTo(127);
            assertThat(result.path("stderr").asText()).contains("node");
        }
    }

    @Test
    void aTimeoutIsToldWithoutAnExitCode() throws Exception {
        JsonNode result =
                server.run(server.create("{}"), "commands", "{\"command\": \"echo begun; sleep 100\", \"timeout\": 1}");
        assertThat(result.path("status").asText()).isEqualTo("timeout");
        assertThat(result.path("exitCode").isNull()).isTrue();
        assertThat(result.path("stdout").asText()).isEqualTo("begun\n");
    }

    @Test
    void bytesThatAreNoTextAreReplaced() throws Exception {
        JsonNode result = server.run(server.create("{}"), "commands", "{\"command\": \"printf 'a\\\\377b\\\\000c'\"}");
        assertThat(result.path("stdout").asText()).isEqualTo("a\ufffdb\0c");
    }

    @Test
    void aCharacterThatComesByteByByteIsWhole() throws Exception {
        String script = "for byte in 303 251 342 202 254 360 237 231 202; do printf \\\\\\\\$byte; sleep 0.02; done";
        JsonNode result = server.run(server.create("{}"), "commands", "{\"command\": \"" + script + "\"}");
        assertThat(result.path("stdout").asText()).isEqualTo("é€🙂");
    }

    @Test
    void aLongRunIsKeptAliveBySpaces() throws Exception {
        String id = server.create("{}");
        var answer = server.post("/sessions/" + id + "/commands", "{\"command\": \"sleep 3; echo done\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("  ");
        assertThat(SessionsServer.json(answer).path("stdout").asText()).isEqualTo("done\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"command\": \"true\", \"timeout\": 0}",
                "{\"command\": \"true\", \"timeout\": 301}",
                "{\"command\": \"\"}",
                "{}",
                "{\"command\": \"true\", \"env\": {\"A\": 1}}",
                "{\"command\": [\"true\"]}",
                "{\"command\": \"true\", \"shell\": true}"
            })
    void aBadCommandIsRefused(String body) throws Exception {
        assertThat(server.post("/sessions/" + server.create("{}") + "/commands", body)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void anUnknownLanguageIsRefused() throws Exception {
        var answer =
                server.post("/sessions/" + server.create("{}") + "/code", "{\"language\": \"cobol\", \"code\": \"x\"}");
        assertThat(SessionsServer.json(answer).path("message").asText())
                .isEqualTo("language is unknown, allowed: python, javascript, bash");
    }

    // ---- raw bytes

    @Test
    void aClientThatReadsNothingForLongIsServedInTheEnd() throws Exception {
        String id = server.create("{}");
        String body = "{\"command\": \"sleep 2; echo late\"}";
        try (var socket = new Socket(server.address.getHost(), server.address.getPort())) {
            socket.setSoTimeout(1_800); // each read, as Python's requests counts
            socket.getOutputStream()
                    .write(("POST /sessions/" + id
                                    + "/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                                    + RealServer.TOKEN + "\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length()
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .contains("late");
        }
    }

    @Test
    void unknownPathsAndMethodsAreToldInJson() throws Exception {
        assertThat(SessionsServer.json(server.get("/v1/nothing")).path("error").asText())
                .isEqualTo("NOT_FOUND");
        assertThat(server.method("PUT", "/sessions", "{}").statusCode()).isEqualTo(405);
    }

    // ----

    private static Instant time(JsonNode session, String field) {
        String text = session.path(field).asText();
        assertThat(text).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z");
        return Instant.parse(text);
    }
}
