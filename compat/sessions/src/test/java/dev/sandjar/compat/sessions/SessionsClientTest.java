package dev.sandjar.compat.sessions;

import static dev.sandjar.compat.sessions.OtherServer.answer;
import static dev.sandjar.compat.sessions.OtherServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to servers of the API that are not ours, and what is made of their answers. */
@Timeout(60)
class SessionsClientTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    // ---- requests

    @Test
    void aCreateSendsItsTtlAlwaysAndTheRestOnlyWhenGiven() throws Exception {
        try (var server = new OtherServer(json(200, OtherServer.session("s1")));
                var client = server.client()) {
            client.createSession();
            OtherServer.Request request = server.requests.getFirst();
            assertThat(request.method() + " " + request.target()).isEqualTo("POST /v1/sessions");
            assertThat(request.text()).isEqualTo("{\"ttl\":3600}");
            assertThat(request.headers())
                    .containsEntry("Authorization", "Bearer " + OtherServer.TOKEN)
                    .containsEntry("Accept", "application/json")
                    .containsEntry("Content-Type", "application/json")
                    .doesNotContainKeys("Idempotency-Key", "Upgrade");
        }
    }

    @Test
    void aCreateSendsAllThatWasGiven() throws Exception {
        try (var server = new OtherServer(json(201, OtherServer.session("s1")));
                var client = server.client()) {
            client.createSession(SessionSpec.builder()
                    .ttl(60)
                    .image("python:3.11")
                    .metadata(Map.of("n", 1))
                    .sshPublicKey("ssh-ed25519 AAAA")
                    .idempotencyKey("k1")
                    .build());
            OtherServer.Request request = server.requests.getFirst();
            assertThat(Answers.JSON.readTree(request.text()))
                    .isEqualTo(
                            Answers.JSON.readTree(
                                    "{\"ttl\":60,\"image\":\"python:3.11\",\"metadata\":{\"n\":1},\"sshPublicKey\":\"ssh-ed25519 AAAA\"}"));
            assertThat(request.headers()).containsEntry("Idempotency-Key", "k1");
        }
    }

    @Test
    void aRunSendsLanguageCodeAndTimeout() throws Exception {
        try (var server = new OtherServer(json(200, "{\"status\":\"completed\",\"exitCode\":0,\"stdout\":\"42\\n\"}"));
                var client = server.client()) {
            RunResult result = client.runCode("s1", "print(42)", CodeLanguage.of("python"), Duration.ofSeconds(7));
            assertThat(server.requests.getFirst().target()).isEqualTo("/v1/sessions/s1/code");
            assertThat(Answers.JSON.readTree(server.requests.getFirst().text()))
                    .isEqualTo(Answers.JSON.readTree("{\"language\":\"python\",\"code\":\"print(42)\",\"timeout\":7}"));
            assertThat(result.stdout()).isEqualTo("42\n");
            assertThat(result.exitCode()).hasValue(0);
        }
    }

    @Test
    void theLaterFormOfTheApiHasAnotherPath() throws Exception {
        try (var server = new OtherServer(json(200, OtherServer.session("s1")));
                var client = SessionsClient.builder()
                        .apiUrl("http://127.0.0.1:" + server.port())
                        .token("t")
                        .sessionsPath("/v1/sandboxes")
                        .build()) {
            client.getSession("s1");
            assertThat(server.requests.getFirst().target()).isEqualTo("/v1/sandboxes/s1");
        }
    }

    @Test
    void anIdLeadsNowhereElse() throws Exception {
        try (var server = new OtherServer(json(404, "{}"));
                var client = server.client()) {
            assertThatThrownBy(() -> client.getSession("../a?b#c d")).isInstanceOf(SessionNotFoundException.class);
            assertThat(server.requests.getFirst().target()).isEqualTo("/v1/sessions/..%2Fa%3Fb%23c%20d");
        }
    }

    // ---- where and as whom

    @Test
    void theEnvironmentNamesServerAndTokenWhereTheProgramDoesNot() throws Exception {
        try (var server = new OtherServer(json(200, OtherServer.session("s1")))) {
            Map<String, String> environment = Map.of("SANDBOX_API_URL", server.url(), "SANDBOX_API_TOKEN", "from-env");
            try (var client = new SessionsClient.Builder(environment::get).build()) {
                client.getSession("s1");
            }
            assertThat(server.requests.getFirst().headers()).containsEntry("Authorization", "Bearer from-env");
        }
    }

    @Test
    void whatTheProgramSaysGoesBeforeTheEnvironment() {
        try (var client = new SessionsClient.Builder(_ -> "from-env")
                .apiUrl("http://localhost:1/v1")
                .token("mine")
                .build()) {
            assertThat(client).hasToString("SessionsClient[http://localhost:1/v1]"); // and no token in it
        }
    }

    @Test
    void withoutServerOrTokenItSaysWhatToSet() {
        var nothing = new SessionsClient.Builder(_ -> null);
        assertThatThrownBy(nothing::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no apiUrl: give it, or set SANDBOX_API_URL");
        assertThatThrownBy(nothing.apiUrl("http://localhost")::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no token: give it, or set SANDBOX_API_TOKEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:8080", "ftp://h", "http://", "http://u:pw@h/v1", "http://h/v1?x", "http://h/\r\nX: y"
            })
    void anAddressThatCannotBeOneIsRefused(String url) {
        assertThatThrownBy(() -> new SessionsClient(url, "t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("apiUrl is ")
                .hasMessageNotContaining("pw");
    }

    @ParameterizedTest
    @ValueSource(strings = {"se cret", "secret\r\nX: y", "secr\u00e9t"})
    void aTokenThatWouldBeMoreThanOneIsRefusedAndNotTold(String token) {
        assertThatThrownBy(() -> new SessionsClient("http://localhost", token))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secr");
    }

    @Test
    void aClosedClientSendsNothing() throws Exception {
        try (var server = new OtherServer()) {
            var client = server.client();
            client.close();
            assertThatThrownBy(client::createSession)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the client is closed");
            assertThat(server.requests).isEmpty();
        }
    }

    // ---- checks

    static final Map<String, Consumer<SessionsClient>> BAD = Map.ofEntries(
            Map.entry(
                    "ttl is PT59S, allowed: 60 to 28800 whole seconds",
                    _ -> SessionSpec.builder().ttl(59).build()),
            Map.entry(
                    "ttl is PT8H1S, allowed: 60 to 28800 whole seconds",
                    _ -> SessionSpec.builder().ttl(28_801).build()),
            Map.entry(
                    "sshPublicKey is blank",
                    _ -> SessionSpec.builder().sshPublicKey(" ").build()),
            Map.entry(
                    "sshPublicKey is a private key; give the line of its .pub file",
                    _ -> SessionSpec.builder()
                            .sshPublicKey("-----BEGIN PRIVATE KEY-----")
                            .build()),
            Map.entry("limit is 0, allowed: 1 to 100", client -> client.listSessions(0, 0)),
            Map.entry("limit is 101, allowed: 1 to 100", client -> client.listSessions(101, 0)),
            Map.entry("offset is -1, allowed: 0 to 2147483647", client -> client.listSessions(1, -1)),
            Map.entry("sessionId is blank", client -> client.getSession("")),
            Map.entry(
                    "sessionId is \"..\", allowed: what the server gave as one", client -> client.deleteSession("..")),
            Map.entry("sessionId is \"a??b\", allowed: what the server gave as one", client -> client.tunnel("a\r\nb")),
            Map.entry("code is blank", client -> client.runCode("s", " ")),
            Map.entry("language is \"ruby\", allowed: python, javascript, bash", _ -> CodeLanguage.of("ruby")),
            Map.entry(
                    "timeout is PT0S, allowed: 1 to 300 whole seconds",
                    client -> client.runCode("s", "c", CodeLanguage.BASH, Duration.ZERO)),
            Map.entry(
                    "timeout is PT5M1S, allowed: 1 to 300 whole seconds",
                    client -> client.runCommand("s", "c", Duration.ofSeconds(301), Map.of())),
            Map.entry(
                    "timeout is PT1.5S, allowed: 1 to 300 whole seconds",
                    client -> client.runCommand("s", "c", Duration.ofMillis(1_500), Map.of())),
            Map.entry(
                    "remote is \"a/../b\", allowed: a relative path without empty parts, . and ..",
                    client -> client.deleteFile("s", "a/../b")));

    @ParameterizedTest(name = "{0}")
    @FieldSource("BAD_ONES")
    void badArgumentsAreRefusedBeforeAnythingIsSent(String message) throws Exception {
        try (var server = new OtherServer();
                var client = server.client()) {
            assertThatThrownBy(() -> BAD.get(message).accept(client))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThat(server.requests).isEmpty();
        }
    }

    static final Set<String> BAD_ONES = BAD.keySet();

    // ---- answers

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        "{'sessionId':'a','status':'running','createdAt':'2026-01-02T03:04:05Z','expiresAt':'2026-01-02T04:04:05.123456Z'}"
        "{'sandboxId':'a','status':'Running','createdAt':'2026-01-02T03:04:05.000+00:00','expiresAt':'2026-01-02T05:04:05.123456+01:00','metadata':null}"
        "  {'sessionId':'a','sandboxId':'a','status':'RUNNING','createdAt':'2026-01-02T03:04:05','expiresAt':'2026-01-02T04:04:05.123456','lastActivityAt':null,'new':1}"
        """)
    void sessionsOfEveryGenerationAreRead(String body) throws Exception {
        try (var server = new OtherServer(json(200, body.replace('\'', '"')));
                var client = server.client()) {
            Session session = client.getSession("a");
            assertThat(session.sessionId()).isEqualTo("a");
            assertThat(session.status()).isEqualTo(SessionStatus.RUNNING);
            assertThat(session.createdAt()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
            assertThat(session.expiresAt()).isEqualTo(Instant.parse("2026-01-02T04:04:05.123456Z"));
            assertThat(session.lastActivityAt()).isEmpty();
            assertThat(session.metadata()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sessions", "sandboxes"})
    void listsOfEveryGenerationAreRead(String key) throws Exception {
        String body =
                "{\"" + key + "\": [" + OtherServer.session("a") + "], \"total\": 7, \"limit\": 1, \"offset\": 3}";
        try (var server = new OtherServer(json(200, body));
                var client = server.client()) {
            SessionPage page = client.listSessions(1, 3);
            assertThat(server.requests.getFirst().target()).isEqualTo("/v1/sessions?limit=1&offset=3");
            assertThat(page.sessions()).extracting(Session::sessionId).containsExactly("a");
            assertThat(page.total()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        {"status":"completed","exitCode":0}   | COMPLETED | 0
        {"status":"Failed","exitCode":3}      | FAILED    | 3
        {"status":"timeout","exitCode":null}  | TIMEOUT   |
        {"exitCode":1,"stdout":"","stderr":""}| FAILED    | 1
        """)
    void runsOfEveryGenerationAreRead(String body, RunResult.Status status, Integer exitCode) throws Exception {
        try (var server = new OtherServer(json(200, body));
                var client = server.client()) {
            RunResult result = client.runCommand("s", "c");
            assertThat(result.status()).isEqualTo(status);
            assertThat(
                            result.exitCode().isPresent()
                                    ? (Integer) result.exitCode().getAsInt()
                                    : null)
                    .isEqualTo(exitCode);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        []                        | it is not a JSON object
        "<html>hello</html>"      | it is not a JSON object
        {}                        | it has no sandboxId
        {"sessionId":"a","status":"odd"} | status is "odd", allowed: running, paused
        {"sessionId":"a","status":"paused","createdAt":"yesterday"} | createdAt is "yesterday", allowed: a time such as 2026-01-02T03:04:05Z
        """)
    void whatIsNoAnswerOfThisApiIsToldAsSuch(String body, String why) throws Exception {
        try (var server = new OtherServer(json(200, body));
                var client = server.client()) {
            assertThatThrownBy(() -> client.getSession("a"))
                    .isExactlyInstanceOf(SandboxApiException.class)
                    .hasMessageContaining(why);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 204})
    void everySuccessOfADeleteIsOne(int status) throws Exception {
        try (var server = new OtherServer(
                        status == 204 ? out -> out.write(OtherServer.head(204, "X: y")) : answer(status, ""));
                var client = server.client()) {
            client.deleteSession("s1");
            assertThat(server.requests).extracting(OtherServer.Request::method).containsExactly("DELETE");
        }
    }

    // ---- errors

    @ParameterizedTest
    @CsvSource({
        "400, SandboxOperationException",
        "401, UnauthorizedException",
        "403, SandboxOperationException",
        "404, SessionNotFoundException",
        "408, SandboxOperationException",
        "409, SandboxOperationException",
        "413, SandboxOperationException",
        "429, RateLimitException",
        "500, SandboxOperationException",
        "503, SandboxOperationException"
    })
    void everyStatusHasItsErrorWithAllThatTheServerSaid(int status, String type) throws Exception {
        String body = "{\"error\": \"SOME_CODE\", \"message\": \"said so\", \"details\": {\"field\": \"ttl\"}}";
        try (var server = new OtherServer(json(status, body));
                var client = once(server)) {
            assertThatThrownBy(() -> client.getSession("a")).satisfies(e -> {
                assertThat(e.getClass().getSimpleName()).isEqualTo(type);
                var error = (SandboxApiException) e;
                assertThat(error).hasMessage("said so");
                assertThat(error.errorCode()).contains("SOME_CODE");
                assertThat(error.details()).isEqualTo(Map.of("field", "ttl"));
                assertThat(error.statusCode()).hasValue(status);
            });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        401 | []               | the server does not accept the token (401)
        404 | <html>no</html>  | not found (404): there is no such session, or not what was asked for in it
        429 | ''               | too many requests (429): wait, or ask less often
        500 | [1, 2]           | the server answered 500 to GET /sessions/a
        418 | {"message": 7}   | the server answered 418 to GET /sessions/a
        302 | ''               | the server answered 302 to GET /sessions/a: give the address that it redirects to as apiUrl
        """)
    void anErrorWithoutWordsGetsOurs(int status, String body, String message) throws Exception {
        try (var server = new OtherServer(json(status, body));
                var client = once(server)) {
            assertThatThrownBy(() -> client.getSession("a"))
                    .isInstanceOf(SandboxApiException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void aMessageOfManyLinesIsOne() throws Exception {
        try (var server = new OtherServer(json(400, "{\"message\": \"a\\r\\nINFO all is well\"}"));
                var client = server.client()) {
            assertThatThrownBy(() -> client.getSession("a")).hasMessage("a??INFO all is well");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        100 | 0    | 1893456000 | 100 | 0 | 1893456000
            |      |            | 0   | 0 | 0
        x   | -1   | 1.5        | 0   | 0 | 0
        """)
    void tooManyRequestsHasTheThreeFigures(String limit, String left, String reset, long l, long r, long s)
            throws Exception {
        try (var server = new OtherServer(answer(
                        429,
                        "{}",
                        "X-RateLimit-Limit: " + limit,
                        "X-RateLimit-Remaining: " + left,
                        "X-RateLimit-Reset: " + reset));
                var client = once(server)) {
            assertThatThrownBy(() -> client.getSession("a")).isInstanceOfSatisfying(RateLimitException.class, e -> {
                assertThat(e.limit()).isEqualTo(l);
                assertThat(e.remaining()).isEqualTo(r);
                assertThat(e.reset()).isEqualTo(s);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void whatAServerDoesNotHaveIsToldAsSuch(int status) throws Exception {
        try (var server = new OtherServer(answer(status, "no such thing"));
                var client = server.client()) {
            assertThatThrownBy(() -> client.runCommand("s1", "true"))
                    .hasMessageEndingWith("; not every server of this API has POST /sessions/s1/commands: where it is"
                            + " missing, SSH does the same");
        }
    }

    // ---- time

    @Test
    void aRunMayTakeLongerThanTheTimeout() throws Exception {
        var later = new CountDownLatch(1);
        try (var server = new OtherServer(out -> {
                    out.write(OtherServer.head(200, "Transfer-Encoding: chunked"));
                    for (int i = 0; i < 6; i++) { // three times the client's patience, in blanks
                        out.write("1\r\n \r\n".getBytes(StandardCharsets.US_ASCII));
                        out.flush();
                        wait(later, Duration.ofMillis(250));
                    }
                    byte[] body = "{\"status\":\"timeout\",\"exitCode\":null}".getBytes(StandardCharsets.US_ASCII);
                    out.write((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                    out.write(body);
                    out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                });
                var client = impatient(server)) {
            assertThat(client.runCode("s1", "c", CodeLanguage.BASH, MINUTE).status())
                    .isEqualTo(RunResult.Status.TIMEOUT);
        }
    }

    @Test
    void aSilentServerIsGivenUp() throws Exception {
        var never = new CountDownLatch(1);
        try (var server = new OtherServer(out -> wait(never, MINUTE));
                var client = impatient(server)) {
            assertThatThrownBy(() -> client.getSession("a"))
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessageContaining("nothing came for PT0.5S");
            assertThat(server.requests).hasSize(1);
            never.countDown();
        }
    }

    @Test
    void aServerThatFallsSilentInItsAnswerIsGivenUp() throws Exception {
        var never = new CountDownLatch(1);
        try (var server = new OtherServer(out -> {
                    out.write(OtherServer.head(200, "Content-Length: 100"));
                    out.flush();
                    wait(never, MINUTE);
                });
                var client = impatient(server)) {
            assertThatThrownBy(() -> client.getSession("a"))
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessageContaining("nothing came for PT0.5S");
            never.countDown();
        }
    }

    @Test
    void blanksWithoutEndAreNoAnswer() throws Exception {
        var never = new CountDownLatch(1);
        try (var server = new OtherServer(out -> {
                    out.write(OtherServer.head(200, "Content-Length: 1000000"));
                    while (true) {
                        out.write(' ');
                        out.flush();
                        wait(never, Duration.ofMillis(50));
                    }
                });
                var client = impatient(server)) {
            assertThatThrownBy(() -> client.runCode("s1", "c", CodeLanguage.BASH, Duration.ofSeconds(1)))
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessageContaining("not answered within PT1.5S");
        }
    }

    private static void wait(CountDownLatch latch, Duration most) throws IOException {
        try {
            latch.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static SessionsClient once(OtherServer server) {
        return SessionsClient.builder()
                .apiUrl(server.url())
                .token("t")
                .retries(Retries.none())
                .build();
    }

    private static SessionsClient impatient(OtherServer server) {
        return SessionsClient.builder()
                .apiUrl(server.url())
                .token("t")
                .timeout(Duration.ofMillis(500))
                .build();
    }
}
