package dev.sandjar.compat.kubebox;

import static dev.sandjar.compat.kubebox.OtherServer.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.OtherServer.Peer;
import dev.sandjar.compat.kubebox.OtherServer.Reply;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.RefusedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import dev.sandjar.compat.kubebox.security.Keys;
import dev.sandjar.compat.kubebox.security.KubeboxSecurity;
import dev.sandjar.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client at a server that does what it is told to, also what no good server does. */
@Timeout(60)
class SandboxClientTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration ENOUGH = Duration.ofSeconds(2); // for what is to be there in time

    private static OtherServer server() throws Exception {
        return Streaming.server();
    }

    private static OtherServer answering(int status, String body) throws Exception {
        return new OtherServer(_ -> json(status, body));
    }

    private static CommandOutput out(String text) {
        return new CommandOutput(text, CommandOutput.Type.STDOUT, 7);
    }

    // ---- what is sent

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        stream     | null
        wait       | 600
        background | null
        """)
    void aCommandIsAskedForAsTheProtocolHasIt(String mode, String timeout) throws Exception {
        try (var server = new OtherServer(request -> json(
                        200, "{\"process_id\":7,\"stdout\":\"\",\"stderr\":\"\",\"exit_code\":0,\"finished\":true}"));
                var client = server.client().build();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var request = CommandRequest.of("make").in("project");
            var modes = Map.of(
                    "stream", CommandMode.STREAM, "wait", CommandMode.WAIT, "background", CommandMode.BACKGROUND);
            Future<?> run = tasks.submit(() -> client.runCommand("s", request, modes.get(mode)));
            if (mode.equals("stream")) {
                server.peer().greet();
            }
            run.get();
            assertThat(server.requests.stream()
                            .filter(one -> one.path().equals("/run_command"))
                            .findFirst()
                            .orElseThrow()
                            .json())
                    .hasToString("{\"session_id\":\"s\",\"command\":\"make\",\"mode\":\"" + mode
                            + "\",\"path\":\"project\",\"timeout\":" + timeout + "}");
        }
    }

    @Test
    void aSessionIsInitializedByRequestAndThenByEvent() throws Exception {
        try (var server = server();
                var client = server.client().build();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> initialized = tasks.submit(() -> {
                client.initializeSession("s", "project");
                return null;
            });
            Peer peer = server.peer().greetOnly();
            assertThat(peer.event("initialize")).hasToString("{\"session_id\":\"s\"}");
            assertThat(initialized.isDone()).isFalse();
            peer.event("initialized", "{\"status\":\"success\",\"session_id\":\"other\"}");
            assertThat(initialized.isDone()).isFalse();
            peer.event("initialized", "{\"status\":\"success\",\"session_id\":\"s\"}");
            initialized.get();

            assertThat(server.requests.getFirst().json()).hasToString("{\"session_id\":\"s\",\"path\":\"project\"}");
            assertThat(server.requests.getLast().target()).isEqualTo("/socket.io/?EIO=4&transport=websocket");
        }
    }

    @Test
    void aTokenGoesWithEachRequest() throws Exception {
        try (var server = answering(200, "{\"exists\":true}");
                var client = server.client().token("secret").build()) {
            client.fileExists("s", "a");

            assertThat(server.requests.getFirst().headers()).containsEntry("Authorization", "Bearer secret");
        }
    }

    @Test
    void theKeyOfTheEnvironmentSignsWhenNothingElseIsSaid() throws Exception {
        Keys keys = KubeboxSecurity.generateKeys();
        var environment = Map.of(Keys.PRIVATE_KEY_VARIABLE, keys.privateKey());
        try (var server = answering(200, "{\"exists\":true}");
                var client =
                        new SandboxClientBuilder(environment).url(server.url()).build();
                var other = new SandboxClientBuilder(environment)
                        .url(server.url())
                        .token("t")
                        .build()) {
            client.fileExists("s", "a");
            other.fileExists("s", "a");

            assertThat(server.requests.get(0).headers().get("Authorization")).startsWith("Kubebox key=");
            assertThat(server.requests.get(1).headers().get("Authorization")).isEqualTo("Bearer t");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a", "a", "http://", "http://a?b", "http://u:p@a", "http://a#b", "http://a b"})
    void whatIsNoUrlIsRefused(String url) {
        assertThatThrownBy(() -> SandboxClient.builder().url(url).build())
                .isInstanceOf(KubeboxException.class)
                .hasMessageStartingWith("url is \"" + url + "\"");
    }

    // ---- what comes back

    @Test
    void aResultHasWhatTheServerSays() throws Exception {
        try (var server = answering(
                        200,
                        "{\"stdout\":\"\\u001b[1;31mred\\u001b[0m\\n\",\"stderr\":\"e\",\"exit_code\":-9,\"finished\":false}");
                var client = server.client().build();
                var raw = server.client().rawColours().build()) {
            assertThat(client.runCommand("s", "x", CommandMode.WAIT))
                    .isEqualTo(new CommandResult("red\n", "e", OptionalInt.of(-9), false, Optional.empty()));
            assertThat(raw.runCommand("s", "x", CommandMode.WAIT).stdout()).isEqualTo("\u001b[1;31mred\u001b[0m\n");
        }
    }

    @Test
    void aCommandWhoseTimeIsUpHasNoExitCode() throws Exception {
        try (var server = answering(200, "{\"error\":\"Command timed out\",\"finished\":false}");
                var client = server.client().build()) {
            assertThat(client.runCommand("s", "x", CommandMode.WAIT))
                    .isEqualTo(new CommandResult("", "", OptionalInt.empty(), false, Optional.of("Command timed out")));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        400 | {"detail":"Session not found"}            | 400: Session not found                       | initializeSession first
        422 | {"detail":[{"loc":["body","path"]}]}      | 422: [{"loc":["body","path"]}]               | change what it names
        401 | {"detail":"Who are you?"}                 | 401: Who are you?                            | give a token (SandboxClient.builder().token) or a key (KUBEBOX_PRIVATE_KEY) that the server knows; both clocks must agree
        500 | oops                                      | 500                                          | look at the server's log
        """)
    void aRefusalIsToldInTheServersWords(int status, String body, String said, String remedy) throws Exception {
        try (var server = answering(status, body);
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.runCommand("s", "x", CommandMode.WAIT))
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e.status()).isEqualTo(status);
                        assertThat(e.remedy()).isEqualTo(remedy);
                    })
                    .hasMessage("running a command in session s failed: " + said);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "{}", "{\"process_id\":\"7\"}", "not json", ""})
    void anAnswerThatCannotBeUnderstoodIsToldSo(String body) throws Exception {
        try (var server = answering(200, body);
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.runCommand("s", "x", CommandMode.BACKGROUND))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("an answer that cannot be understood");
        }
    }

    @Test
    void whatIsKilledSaysHow() throws Exception {
        try (var server = new OtherServer(
                        request -> request.json().path("process_id").asInt() == 1
                                ? json(200, "{\"status\":\"killed\",\"exit_code\":-15}")
                                : json(404, "{\"detail\":\"No such process\"}"));
                var client = server.client().build()) {
            assertThat(client.killCommand("s", 1)).isEqualTo(new CommandKilled("killed", OptionalInt.of(-15)));
            assertThat(client.killCommand("s", 2)).isEqualTo(new CommandKilled("not found", OptionalInt.empty()));
        }
    }

    @Test
    void aPagesConsoleIsTakenApart() throws Exception {
        try (var server = answering(200, """
                        {"logs":[{"type":"log","text":"a"},{"type":"info","text":"\\u001b[32mb"}],"errors":[{"type":"error","text":" c "},{"type":"pageerror","text":"d"}]}""");
                var client = server.client().build()) {
            RuntimeResult result = client.getWebsiteConsoleLogs("s", "http://localhost:3000/");

            assertThat(result)
                    .isEqualTo(new RuntimeResult(List.of("a", "b"), List.of(" c ", "d"), "http://localhost:3000/"));
            assertThat(result.xmlError(2)).isEqualTo("""
                    <error_2>
                    <url_tested>
                    http://localhost:3000/
                    </url_tested>
                    <console_errors>
                    c
                    d
                    </console_errors>
                    </error_2>""");
        }
    }

    @Test
    void aPageThatCannotBeOpenedIsARefusal() throws Exception {
        try (var server = answering(200, "{\"error\":\"net::ERR_CONNECTION_REFUSED\"}");
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.getWebsiteConsoleLogs("s", "http://localhost:1/"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageEndingWith("200: net::ERR_CONNECTION_REFUSED");
        }
    }

    // ---- files

    @Test
    void aFileThatIsNotThereLeavesTheOneHereAsItIs(@TempDir Path folder) throws Exception {
        Path local = Files.writeString(folder.resolve("a"), "before");
        try (var server = answering(404, "{\"detail\":\"File not found\"}");
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.getFile("s", "a", local, SOON))
                    .hasMessage("getting a of session s failed: 404: File not found");

            assertThat(local).hasContent("before");
            assertThat(folder.toFile().list()).containsExactly("a");
            assertThat(client.fileExists("s", "a")).isFalse();
        }
    }

    @Test
    void aFileThatWasCutAndIsShorterAfterwardsIsTheNewOneAlone(@TempDir Path folder) throws Exception {
        var replies = new ArrayDeque<>(List.of(
                new Reply(200, "the old one, which is long".getBytes(UTF_8), 100),
                new Reply(200, "the new one".getBytes(UTF_8))));
        try (var server = new OtherServer(_ -> replies.remove());
                var client = server.client().build()) {
            client.getFile("s", "a", folder.resolve("a"), SOON);

            assertThat(folder.resolve("a")).hasContent("the new one");
        }
    }

    // ---- connections

    @Test
    void allAttemptsOfARequestHaveOneLimit() throws Exception {
        Duration limit = Duration.ofSeconds(1);
        try (var server = new OtherServer(_ -> {
                    hold(limit.multipliedBy(6).dividedBy(10));
                    return new Reply(200, "{".getBytes(UTF_8), 10); // a cut that the JDK's client leaves to us
                });
                var client = server.client().answerLimit(limit).build()) {
            assertThatThrownBy(() -> client.readFile("s", "a"))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessageContaining("reading a of session s was not answered")
                    .hasMessageContaining("within 1 seconds");
        }
    }

    private static void hold(Duration time) {
        try {
            new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void manySessionsOfADeadServerTakeOneSecondToSayGoodbye() throws Exception {
        int sessions = 6;
        try (var server = server();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            server.deaf = true;
            var client = server.client().build();
            for (int i = 0; i < sessions; i++) {
                String session = "s" + i;
                Future<?> initialized = tasks.submit(() -> {
                    client.initializeSession(session, "");
                    return null;
                });
                server.peer().greet();
                initialized.get();
            }
            long began = System.nanoTime();
            client.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(sessions / 2));
        }
    }

    @Test
    void whatWasNotSentIsTriedAgainAndThenTold() {
        try (var client = SandboxClient.builder().url("http://127.0.0.1:1").build()) {
            assertThatThrownBy(() -> client.writeFile("s", "a", "b"))
                    .isInstanceOf(ConnectionLostException.class)
                    .hasMessageStartingWith("writing a of session s failed: no connection to http://127.0.0.1:1")
                    .hasMessageEndingWith("; nothing was sent");
        }
    }

    @Test
    void whatOnlyReadsIsAskedAgainAndWhatChangesIsNot() throws Exception {
        try (var server = new OtherServer(_ -> null); // cut
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.killAllProcesses("s"))
                    .isInstanceOf(ConnectionLostException.class)
                    .hasMessageEndingWith("it may or may not have been done");
            assertThat(server.requests).hasSize(1);

            assertThatThrownBy(() -> client.readFile("s", "a")).isInstanceOf(ConnectionLostException.class);
            assertThat(server.requests.stream()
                            .filter(request -> request.method().equals("GET")))
                    .hasSizeGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void aConnectionThatIsRefusedSaysWhy() throws Exception {
        try (var server = server();
                var client = server.client().build()) {
            server.refusal = 401;

            assertThatThrownBy(client::connect)
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.status()).isEqualTo(401))
                    .hasMessageEndingWith("refused the connection: 401");
        }
    }

    @Test
    void aClientThatIsClosedIsNotUsedAgain() {
        var client = SandboxClient.builder().build();
        client.close();

        assertThatThrownBy(client::connect).hasMessage("the client is closed");
        assertThatThrownBy(() -> client.runCommand("s", "x")).hasMessage("the client is closed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9",
                "40",
                "x",
                "",
                "42{}",
                "42[1]",
                "42[\"a\"",
                "451-[\"a\",{\"_placeholder\":true,\"num\":0}]",
                "0{}",
                "1",
                "41"
            })
    void aServerThatSpeaksSomethingElseIsLeft(String message) throws Exception {
        try (var server = server();
                var client = server.client().build();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> connected = tasks.submit(
                    () -> assertThatThrownBy(client::ensureConnection).isInstanceOf(KubeboxException.class));
            Peer peer = server.peer();
            peer.send(message.equals("40") ? "44{\"message\":\"no\"}" : message);
            connected.get();
        }
    }

    @Test
    void aPingIsAnswered() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().send("2probe");

            assertThat(streaming.peer().message()).isEqualTo("3probe");
        }
    }

    @Test
    void aServerThatIsNotHeardOfIsLeftForANewConnection() throws Exception {
        try (var server = server()) {
            server.ping = Duration.ofSeconds(1);
            try (var streaming = Streaming.at(server)) {
                server.ping = SOON;
                Peer next = server.peer().greet();
                next.event("check_status");
                next.status("true", "");
                next.event("start_command_stream");
                next.exit(7, 0);

                assertThat(streaming.rest()).last().isEqualTo(new CommandExit(0, 7));
            }
        }
    }

    // ---- streams

    @Test
    void aCallbackGetsAllAndTheFutureTheExit() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            var events = new ArrayList<CommandEvent>();
            CompletableFuture<CommandExit> exit = streaming.process().listen(events::add);
            streaming.peer().output(7, "a");
            streaming.peer().output(7, "b");
            streaming.peer().exit(7, 3);

            assertThat(exit.get()).isEqualTo(new CommandExit(3, 7));
            assertThat(events).containsExactly(out("a"), out("b"));
        }
    }

    @Test
    void aCallbackThatThrowsEndsTheFuture() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            CompletableFuture<CommandExit> exit = streaming.process().listen(_ -> {
                throw new IllegalStateException("no");
            });
            streaming.peer().output(7, "a");

            assertThat(exit).failsWithin(SOON).withThrowableThat().withMessageContaining("no");
        }
    }

    @Test
    void whatASlowReaderHasNotTakenIsBoundedAndNothingIsLost() throws Exception {
        int lines = 300;
        String line = "x".repeat(100_000);
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var sent = new AtomicInteger();
            Future<?> sending = tasks.submit(() -> {
                for (int i = 0; i < lines; i++) {
                    streaming.peer().output(7, line + i);
                    sent.incrementAndGet();
                }
                streaming.peer().exit(7, 0);
                return null;
            });
            Waiting.until("the server has to wait", stands(sent));
            assertThat(sent.get()).isLessThan(lines);

            int next = 0;
            for (CommandEvent event : streaming.process()) {
                if (event instanceof CommandOutput output) {
                    assertThat(output.output()).endsWith("x" + next++);
                } else {
                    assertThat(event).isEqualTo(new CommandExit(0, 7));
                }
            }
            sending.get();
            assertThat(next).isEqualTo(lines);
        }
    }

    /** Asked again and again: whether a number has stayed the same for long. */
    private static Callable<Boolean> stands(AtomicInteger number) {
        var before = new AtomicInteger();
        var since = new AtomicLong(System.nanoTime());
        return () -> {
            if (before.getAndSet(number.get()) != number.get() || number.get() == 0) {
                since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > SHORT.toNanos();
        };
    }

    @Test
    void aStreamThatNobodyReadsHoldsUpOthersForALimitedTimeAndSaysWhatItLost() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server, server.client().stallLimit(SHORT));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<StreamProcess> second = tasks.submit(() -> streaming.client().runCommand("s", "other"));
            streaming.peer().event("start_command_stream");
            for (int i = 0; i < 30; i++) {
                streaming.peer().output(7, "x".repeat(100_000));
            }
            streaming.peer().exit(8, 0);
            assertThat(second.get()).containsExactly(new CommandExit(0, 8));

            streaming.peer().exit(7, 0);
            List<CommandEvent> events = streaming.rest();
            assertThat(events).hasSizeLessThan(15);
            assertThat(events.get(events.size() - 2))
                    .isEqualTo(new CommandGap("its reader was too slow for longer than PT0.2S", 7));
            assertThat(events.getLast()).isEqualTo(new CommandExit(0, 7));
        }
    }

    @Test
    void aStreamThatIsClosedKeepsNothing() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.process().close();
            for (int i = 0; i < 30; i++) {
                streaming.peer().output(7, "x".repeat(100_000));
            }
            streaming.peer().send("2");

            assertThat(streaming.peer().message()).isEqualTo("3"); // it has read all that
            assertThatThrownBy(streaming.process()::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void waitingForOutputCanBeLimitedAndInterrupted() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(streaming.process().next(SHORT)).isEmpty();
            Future<?> waiting = tasks.submit(() -> assertThatThrownBy(
                            () -> streaming.process().iterator().next())
                    .hasMessage("waiting for output of process 7 was interrupted"));
            waiting.cancel(true);
            streaming.peer().output(7, "a");

            assertThat(streaming.process().next(SOON)).contains(out("a"));
        }
    }

    @Test
    void aSilentStreamGoesOnWhileItsProcessRuns() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server, server.client().silenceLimit(SHORT));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<CommandEvent> next = tasks.submit(() -> streaming.process().next());
            for (int i = 0; i < 2; i++) {
                assertThat(streaming
                                .peer()
                                .event("check_status")
                                .path("process_id")
                                .asInt())
                        .isEqualTo(7);
                streaming.peer().status("true", "");
            }
            streaming.peer().output(7, "a");

            assertThat(next.get()).isEqualTo(out("a"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "null"})
    void aStreamWhoseProcessIsNoMoreEndsAndSaysThatItsExitIsNotKnown(String running) throws Exception {
        try (var server = server();
                var streaming =
                        Streaming.at(server, server.client().silenceLimit(SHORT).answerLimit(ENOUGH));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<CommandEvent> next = tasks.submit(() -> streaming.process().next());
            streaming.peer().event("check_status");
            streaming.peer().status(running, "");

            assertThat(next)
                    .failsWithin(SOON)
                    .withThrowableThat()
                    .withMessageContaining("process 7 has ended or is not known, and the server has not told how");
        }
    }

    @Test
    void whatWasDisconnectedHereSaysWhatBringsItBack() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.client().disconnect();

            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOfSatisfying(
                            ConnectionLostException.class,
                            e -> assertThat(e.remedy()).isEqualTo("initializeSession again"));
        }
    }

    @Test
    void anErrorThatTheServerTellsOfAStreamEndsIt() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().output(7, "a");
            streaming.peer().event("command_error", "{\"session_id\":\"s\",\"process_id\":7,\"error\":\"no such\"}");

            assertThat(streaming.process().next()).isEqualTo(out("a"));
            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("the server says of session s: no such");
        }
    }
}
