package dev.sandjar.compat.kubebox;

import static dev.sandjar.compat.kubebox.OtherServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.OtherServer.Peer;
import dev.sandjar.compat.kubebox.OtherServer.Reply;
import dev.sandjar.compat.kubebox.OtherServer.Request;
import dev.sandjar.compat.kubebox.error.RefusedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import dev.sandjar.compat.kubebox.security.Keys;
import dev.sandjar.compat.kubebox.security.KubeboxSecurity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What kubebox's client promised and did not do, point by point. What its manager did not do is closed in {@code KubeboxTest} (18 to 22, and 24: whom a policy
 * is about) and {@code AccessTest} (20), what its server did not, by Sandjar's.
 */
@Timeout(60)
class GapsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration ENOUGH = Duration.ofSeconds(2); // for what is to be there in time

    private static OtherServer server() throws Exception {
        return Streaming.server();
    }

    private static CommandOutput out(String text) {
        return new CommandOutput(text, CommandOutput.Type.STDOUT, 7);
    }

    private static CommandOutput err(String text) {
        return new CommandOutput(text, CommandOutput.Type.STDERR, 7);
    }

    @Test
    void gap1EachRequestAndEachConnectionIsSignedAnew() throws Exception {
        Keys keys = KubeboxSecurity.generateKeys();
        try (var server = server();
                var streaming = Streaming.at(server, server.client().privateKey(keys.privateKey()))) {
            streaming.peer().cut();
            server.peer().greetOnly();

            var nonces = new HashSet<String>();
            for (Request request : server.requests) {
                Map<String, String> parts = Arrays.stream(request.headers()
                                .get("Authorization")
                                .substring("Kubebox ".length())
                                .split(", "))
                        .map(part -> part.split("=", 2))
                        .collect(Collectors.toMap(part -> part[0], part -> part[1]));
                String packet = String.join(
                        "\n",
                        request.method(),
                        request.headers().get("Host"),
                        request.target(),
                        parts.get("time"),
                        parts.get("nonce"),
                        parts.get("digest"));
                assertThat(KubeboxSecurity.verifyPacket(
                                packet.getBytes(StandardCharsets.UTF_8),
                                Base64.getDecoder().decode(parts.get("signature")),
                                keys.publicKey()))
                        .isTrue();
                nonces.add(parts.get("nonce"));
            }
            assertThat(nonces).hasSize(server.requests.size()).hasSize(3); // a command, two connections
        }
    }

    @Test
    void gap2AServerThatCannotKillEverythingIsToldOf() throws Exception {
        try (var server = server();
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.killAllProcesses("s"))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.status()).isEqualTo(404))
                    .hasMessage("killing all processes of session s failed: 404: Not Found");
        }
    }

    @Test
    void gap3ExpressionsAreSentWhereAServerFindsThem() throws Exception {
        try (var server = new OtherServer(_ -> json(200, "[\"a\"]"));
                var client = server.client().build()) {
            assertThat(client.getAllFilePaths("s 1", "\\.py$", "a&b+c")).containsExactly("a");

            assertThat(server.requests.getFirst().target())
                    .isEqualTo("/get_all_file_paths?session_id=s%201&regexes=%5C.py%24&regexes=a%26b%2Bc");
        }
    }

    @Test
    void gap11AServerThatStaysSilentDoesNotHoldAStreamForEver() throws Exception {
        try (var server = server();
                var streaming =
                        Streaming.at(server, server.client().silenceLimit(SHORT).answerLimit(ENOUGH))) {
            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessage("the server did not say whether the process runs within 2 seconds (answerLimit)");
        }
    }

    @Test
    void gap12StatusesAreAskedByEachSessionsOwnConnection() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Status> ofOther = tasks.submit(() -> streaming.client().checkStatus("other", 7));
            Peer other = server.peer().greet();
            Future<Status> ofFirst = tasks.submit(() -> streaming.client().checkStatus("s", 7));

            assertThat(streaming.peer().event("check_status").path("session_id").asText())
                    .isEqualTo("s");
            assertThat(other.event("check_status").path("session_id").asText()).isEqualTo("other");
            streaming.peer().status("true", "");
            other.status("false", "");
            assertThat(ofFirst.get()).isEqualTo(Status.RUNNING);
            assertThat(ofOther.get()).isEqualTo(Status.ENDED);
        }
    }

    @Test
    void gap13TheSecondSessionIsWaitedForLikeTheFirst() throws Exception {
        try (var server = server();
                var client = server.client().answerLimit(ENOUGH).build();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String session : List.of("first", "second")) {
                Future<?> initialized = tasks.submit(() -> {
                    client.initializeSession(session, "");
                    return null;
                });
                Peer peer = server.peer().greetOnly();
                peer.event("initialize");
                peer.event("initialized", "{\"status\":\"success\",\"session_id\":\"" + session + "\"}");
                initialized.get();
            }
            Future<?> third = tasks.submit(() -> assertThatThrownBy(() -> client.initializeSession("third", ""))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessage(
                            "the server did not say that session third is initialized within 2 seconds (answerLimit)"));
            server.peer().greetOnly();
            third.get();
        }
    }

    @Test
    void gap14DisconnectingIsCleanAlsoWithStreams() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.client().disconnect();

            assertThat(streaming.peer().message()).isEqualTo("41");
            assertThat(streaming.peer().message()).isEqualTo("closed");
            assertThatThrownBy(streaming.process()::next).hasMessage("session s was disconnected here");
            streaming.client().disconnect(); // once more changes nothing
        }
    }

    @Test
    void gap15ALoopOverOutputNeedsNoExceptionForTheExit() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().output(7, "a\n");
            streaming.peer().exit(7, 0);

            var text = new StringBuilder();
            for (CommandEvent event : streaming.process()) {
                text.append(event.output());
            }
            assertThat(text).hasToString("a\n");
        }
    }

    @Test
    void gap16And26AFileComesAsTextOrAsItsBytes(@TempDir Path folder) throws Exception {
        byte[] content = {0, (byte) 0xff, '\n', 13};
        try (var server = new OtherServer(request -> request.path().equals("/get_file")
                        ? new Reply(200, content)
                        : json(200, "{\"content\":\"text\"}"));
                var client = server.client().build()) {
            assertThat(client.getFile("s", "a")).isEqualTo(content);
            client.getFile("s", "a", folder.resolve("a"), SOON);

            assertThat(client.readFile("s", "a")).isEqualTo("text");
            assertThat(folder.resolve("a")).hasBinaryContent(content);
            assertThat(folder.toFile().list()).containsExactly("a");
        }
    }

    @Test
    void gap17AnAnswerOfNothingIsToldSo() throws Exception {
        try (var server = new OtherServer(_ -> json(200, "null"));
                var client = server.client().build()) {
            assertThatThrownBy(() -> client.runCommand("s", "x", CommandMode.WAIT))
                    .isInstanceOf(RefusedException.class)
                    .hasMessage(
                            "running a command in session s got an answer that cannot be understood: it is no JSON object");
        }
    }

    @Test
    void gap19EveryWaitHasALimit() throws Exception {
        try (var server = new OtherServer(_ -> {
                    try {
                        Thread.currentThread().join(); // answers never
                    } catch (InterruptedException end) {
                        Thread.currentThread().interrupt();
                    }
                    return null;
                });
                var client =
                        server.client().connectLimit(SHORT).answerLimit(SHORT).build()) {
            assertThatThrownBy(client::connect)
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessageEndingWith("has not let us in within 0.2 seconds (connectLimit)");
            assertThatThrownBy(() -> client.readFile("s", "a"))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessageContaining("reading a of session s was not answered");
        }
    }

    @Test
    void gap23StreamsGoOnAfterACutAndNothingIsLostOrComesTwice() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            Peer first = streaming.peer();
            first.output(7, "stdout", "one\n", ",\"offset\":0,\"end\":4,\"resume_at\":4");
            first.output(
                    7, "stderr", "two\n", ",\"offset\":6,\"end\":10,\"resume_at\":4"); // half of three stands before it
            assertThat(streaming.process().next()).isEqualTo(out("one\n"));
            assertThat(streaming.process().next()).isEqualTo(err("two\n"));
            first.cut();

            Peer second = server.peer().greet();
            assertThat(second.event("start_command_stream").path("offset").asLong())
                    .isEqualTo(4);
            second.output(7, "stderr", "two\n", ",\"offset\":6,\"end\":10,\"resume_at\":4");
            second.output(7, "stdout", "three\n", ",\"offset\":4,\"end\":14,\"resume_at\":14");
            second.exit(7, 0);

            assertThat(streaming.rest()).containsExactly(out("three\n"), new CommandExit(0, 7));
        }
    }

    @Test
    void gap24StreamsOfOneSessionGoAtOnceAndAreNotMixedUp() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<StreamProcess> second = tasks.submit(() -> streaming.client().runCommand("s", "other"));
            streaming.peer().event("start_command_stream");
            streaming.peer().output(8, "of 8");
            streaming.peer().output(7, "of 7");
            streaming.peer().exit(8, 1);
            streaming.peer().exit(7, 0);

            assertThat(streaming.rest()).containsExactly(out("of 7"), new CommandExit(0, 7));
            assertThat(second.get())
                    .containsExactly(new CommandOutput("of 8", CommandOutput.Type.STDOUT, 8), new CommandExit(1, 8));
        }
    }

    @Test
    void gap24AStreamIsOutputsOfBothKindsAndThenAnExit() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().output(7, "\u001b[32ma\u001b[0m\n");
            streaming.peer().output(7, "stderr", "\u001b[Kb", "");
            streaming.peer().exit(7, -15);

            assertThat(streaming.rest()).containsExactly(out("a\n"), err("\u001b[Kb"), new CommandExit(-15, 7));
            assertThatThrownBy(streaming.process()::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void gap25ASessionIsInitializedWithItsIdAndItsPathAndNothingElse() throws Exception {
        try (var server = server();
                var client = server.client().build();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> initialized = tasks.submit(() -> {
                client.initializeSession("s", "project");
                return null;
            });
            server.peer().greet();
            initialized.get();

            assertThat(server.requests.getFirst().json()).hasToString("{\"session_id\":\"s\",\"path\":\"project\"}");
        }
    }
}
