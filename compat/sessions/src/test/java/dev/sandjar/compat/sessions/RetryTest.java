package dev.sandjar.compat.sessions;

import static dev.sandjar.compat.sessions.OtherServer.answer;
import static dev.sandjar.compat.sessions.OtherServer.cut;
import static dev.sandjar.compat.sessions.OtherServer.cutAfter;
import static dev.sandjar.compat.sessions.OtherServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.sessions.OtherServer.Behaviour;
import dev.sandjar.compat.sessions.Retrying.Harmless;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked again, how often, and what never. */
@Timeout(60)
class RetryTest {
    private static final Behaviour TOO_MANY = answer(429, "{}");
    private static final SessionSpec WITH_KEY =
            SessionSpec.builder().idempotencyKey("k1").build();

    @TempDir
    static Path folder;

    /** One call of each kind, with what the server would answer. */
    private record Kind(Consumer<SessionsClient> call, String answer) {}

    private static final String SESSION = OtherServer.session("s1");
    private static final String RUN = "{\"status\": \"completed\", \"exitCode\": 0}";
    private static final String FILE = "{\"name\": \"f\", \"path\": \"f\", \"type\": \"file\", \"size\": 3}";

    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("get", new Kind(client -> client.getSession("s1"), SESSION)),
            Map.entry("list", new Kind(client -> client.listSessions(), "{\"sessions\": []}")),
            Map.entry("delete", new Kind(client -> client.deleteSession("s1"), "{}")),
            Map.entry("create", new Kind(SessionsClient::createSession, SESSION)),
            Map.entry("create with a key", new Kind(client -> client.createSession(WITH_KEY), SESSION)),
            Map.entry("code", new Kind(client -> client.runCode("s1", "c"), RUN)),
            Map.entry("command", new Kind(client -> client.runCommand("s1", "c"), RUN)),
            Map.entry("extend", new Kind(client -> client.extendSession("s1", Duration.ofHours(1)), SESSION)),
            Map.entry("pause", new Kind(client -> client.pauseSession("s1"), SESSION)),
            Map.entry("resume", new Kind(client -> client.resumeSession("s1"), SESSION)),
            Map.entry("upload", new Kind(client -> client.uploadFile("s1", file(), "f", true), FILE)),
            Map.entry("upload of a stream", new Kind(RetryTest::upload, FILE)),
            Map.entry("download", new Kind(client -> client.downloadFile("s1", "f", folder.resolve("d")), "abc")),
            Map.entry("delete of a file", new Kind(client -> client.deleteFile("s1", "f"), "{}")));

    private static Path file() {
        try {
            return Files.writeString(folder.resolve("up"), "abc");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void upload(SessionsClient client) {
        client.uploadFile("s1", new ByteArrayInputStream(new byte[] {1, 2, 3}), "f", true);
    }

    // ---- after a lost connection

    @ParameterizedTest
    @ValueSource(strings = {"get", "list", "delete", "create with a key", "download", "delete of a file"})
    void whatDoesNoHarmIsAskedAgainAfterACut(String kind) throws Exception {
        try (var server =
                        new OtherServer(cut(), cut(), json(200, KINDS.get(kind).answer()));
                var client = server.client()) {
            KINDS.get(kind).call().accept(client);
            assertThat(server.requests).hasSize(3);
            assertThat(server.requests.getLast().head())
                    .isEqualTo(server.requests.getFirst().head()); // its key too
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "code", "command", "extend", "pause", "resume", "upload", "upload of a stream"})
    void whatMayHaveBeenDoneIsNeverAskedAgain(String kind) throws Exception {
        try (var server = new OtherServer(cut(), json(200, KINDS.get(kind).answer()));
                var client = server.client()) {
            assertThatThrownBy(() -> KINDS.get(kind).call().accept(client))
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessageStartingWith("the connection to http://127.0.0.1:" + server.port() + " failed at P");
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void aCreateOfWhichHalfAnAnswerCameIsNotAskedAgain() throws Exception {
        try (var server = new OtherServer(cutAfter("{\"sessionId\": ", 200), json(200, SESSION));
                var client = server.client()) {
            assertThatThrownBy(client::createSession).isInstanceOf(SandboxConnectionException.class);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void ofAnAnswerThatWasCutNothingIsUsed() throws Exception {
        try (var server = new OtherServer(
                        cutAfter("{\"sessions\": []}", 17), json(200, "{\"sessions\": [" + SESSION + "]}"));
                var client = server.client()) {
            assertThat(client.listSessions().sessions()).hasSize(1);
        }
    }

    @Test
    void aDeleteThatTheCutOneHasDoneIsDone() throws Exception {
        try (var server = new OtherServer(cut(), json(404, "{}"));
                var client = server.client()) {
            client.deleteSession("s1");
            assertThat(server.requests).hasSize(2);
        }
    }

    @Test
    void aDeleteOfWhatWasNeverThereIsNotFound() throws Exception {
        try (var server = new OtherServer(json(404, "{}"));
                var client = server.client()) {
            assertThatThrownBy(() -> client.deleteSession("s1")).isInstanceOf(SessionNotFoundException.class);
        }
    }

    @Test
    void whatWasNotSentIsSentAgainWhateverItIs() {
        var retrying = new Retrying(Retries.DEFAULT);
        String answer = retrying.run("a create", "a server", Harmless.UNTIL_SENT, number -> {
            if (number < 3) {
                throw new ConnectException("refused");
            }
            return "attempt " + number;
        });
        assertThat(answer).isEqualTo("attempt 3");
    }

    @Test
    void whereNobodyListensItSaysThatNothingWasSent() throws Exception {
        int port;
        try (var server = new OtherServer()) {
            port = server.port();
        }
        try (var client = SessionsClient.builder()
                .apiUrl("http://127.0.0.1:" + port)
                .token("t")
                .retries(new Retries(2, Duration.ofSeconds(10)))
                .build()) {
            assertThatThrownBy(client::createSession)
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessageStartingWith("no connection to http://127.0.0.1:" + port)
                    .hasMessageContaining("nothing was sent");
        }
    }

    // ---- after 429

    @ParameterizedTest
    @FieldSource("ALL_BUT_STREAMS")
    void whatTheServerHadNoRoomForIsAskedAgain(String kind) throws Exception {
        try (var server = new OtherServer(
                        TOO_MANY, TOO_MANY, json(200, KINDS.get(kind).answer()));
                var client = server.client()) {
            KINDS.get(kind).call().accept(client);
            assertThat(server.requests).hasSize(3);
            assertThat(server.requests.getLast().body())
                    .isEqualTo(server.requests.getFirst().body());
        }
    }

    static final List<String> ALL_BUT_STREAMS = KINDS.keySet().stream()
            .filter(kind -> !kind.contains("stream"))
            .sorted()
            .toList();

    @Test
    void aStreamThatHasBeenReadCannotBeSentAgain() throws Exception {
        try (var server = new OtherServer(TOO_MANY, json(200, FILE));
                var client = server.client()) {
            assertThatThrownBy(() -> upload(client)).isInstanceOf(RateLimitException.class);
        }
    }

    @Test
    void afterTheLastAttemptItIsTold() throws Exception {
        try (var server = new OtherServer(TOO_MANY, TOO_MANY, json(200, SESSION));
                var client = SessionsClient.builder()
                        .apiUrl(server.url())
                        .token("t")
                        .retries(new Retries(2, Duration.ofSeconds(30)))
                        .build()) {
            assertThatThrownBy(() -> client.getSession("s1")).isInstanceOf(RateLimitException.class);
            assertThat(server.requests).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Retry-After: 31", "X-RateLimit-Reset: 9999999999", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"
            })
    void whatTheLimitDoesNotReachIsToldAtOnce(String header) throws Exception {
        try (var server = new OtherServer(answer(429, "{}", header), json(200, SESSION));
                var client = server.client()) {
            assertThatThrownBy(() -> client.getSession("s1")).isInstanceOf(RateLimitException.class);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void anInterruptionEndsTheWaiting() throws Exception {
        var failure = new CompletableFuture<Throwable>();
        var asked = new CountDownLatch(1);
        try (var server = new OtherServer(out -> {
                    answer(429, "{}", "Retry-After: 25").answer(out);
                    asked.countDown();
                });
                var client = server.client()) {
            Thread waiting = Thread.ofVirtual().start(() -> {
                try {
                    client.createSession();
                } catch (SandboxApiException e) {
                    failure.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost", e));
                }
            });
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            waiting.interrupt();
            assertThat(failure.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessage("interrupted while waiting for POST /sessions");
        }
    }

    @Test
    void closingTheClientEndsTheWaiting() throws Exception {
        var asked = new CountDownLatch(1);
        try (var server = new OtherServer(out -> {
            answer(429, "{}", "Retry-After: 25").answer(out);
            asked.countDown();
        })) {
            var client = server.client();
            var failure = CompletableFuture.supplyAsync(client::createSession);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            client.close();
            assertThatThrownBy(() -> failure.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SandboxApiException.class);
        }
    }

    // ---- how long

    @ParameterizedTest(name = "after {0} failures, told {1}: {3}")
    @CsvSource({
        "1,     , 0,   50",
        "1,     , 1,   100",
        "2,     , 1,   200",
        "3,     , 0,   200",
        "7,     , 1,   5000",
        "99,    , 1,   5000",
        "1,   -5, 1,   100",
        "1,    0, 0,   50",
        "1,    3, 0,   3000",
        "5,    3, 1,   3100"
    })
    void pausesDoubleAndAreNeverShorterThanTheServerWants(int failed, Long secondsFromNow, double chance, long millis) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        var notBefore = Optional.ofNullable(secondsFromNow).map(now::plusSeconds);
        assertThat(Backoff.pause(failed, notBefore, now, chance)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,          -,   -",
                "-,          7,   2026-01-01T00:00:07Z",
                "1767225605, -,   2026-01-01T00:00:05Z",
                "1767225605, 7,   2026-01-01T00:00:07Z",
                "soon,       x,   -"
            })
    void theServersOwnWishGoesBeforeTheEndOfThePeriod(String reset, String retryAfter, Instant expected) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        var told = RateLimit.of(
                name -> switch (name) {
                    case "X-RateLimit-Reset" -> reset;
                    case "Retry-After" -> retryAfter;
                    default -> null;
                },
                now);
        assertThat(told.retryAt()).isEqualTo(Optional.ofNullable(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT1S, attempts is 0",
        "101, PT1S, attempts is 101",
        "1, PT-1S, limit is PT-1S",
        "1, PT2H, limit is PT2H"
    })
    void retriesAreBounded(int attempts, Duration limit, String message) {
        assertThatThrownBy(() -> new Retries(attempts, limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
