package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.system.StreamClient.Heard;
import dev.sandjar.testing.Waiting;
import java.net.http.HttpClient;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the WebSocket of a sandbox promises to clients that are not ours: docs/streams.md and its AsyncAPI document. */
@Timeout(60)
class StreamTest {
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
        try {
            assertThat(StreamClient.SEEN)
                    .as("types of messages that these tests have held against the document")
                    .containsAll(StreamClient.documented().stream()
                            .filter(type -> !type.equals("input") && !type.equals("output")) // which are binary
                            .toList());
        } finally {
            sandbox.close();
            sandboxes.close();
            server.close();
        }
    }

    private static StreamClient client() throws Exception {
        return new StreamClient(server, at());
    }

    private static String at() {
        return "/v1/api/sandboxes/" + sandbox.id() + "/stream";
    }

    private static String start(int channel, CommandId id, String script, String more) {
        return "{\"type\":\"start\",\"channel\":%d,\"id\":\"%s\",\"command\":{\"argv\":[\"sh\",\"-c\",\"%s\"]%s}}"
                .formatted(channel, id, script, more);
    }

    private static String windowed(int channel, CommandId id, String script, int window) {
        return start(channel, id, script, "").replaceFirst("}$", ",\"window\":" + window + "}");
    }

    @Test
    void theProgramOnThePagePrintsWhatThePageSays(@TempDir Path folder) throws Exception {
        String page = Files.readString(Path.of("../docs/streams.md"));
        String program = page.substring(page.indexOf("```java\n") + 8);
        int end = program.indexOf("```\n");
        String prints = program.substring(program.indexOf("prints\n\n```\n") + 12);
        Path file = Files.writeString(folder.resolve("Live.java"), program.substring(0, end));
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), file.toString());
        builder.environment().put("SANDBOX_API_URL", server.address.toString());
        builder.environment().put("SANDBOX_API_TOKEN", RealServer.TOKEN);
        builder.environment().put("id", sandbox.id().toString());
        Process java = builder.redirectErrorStream(true).start();
        assertThat(java.inputReader().readAllAsString()).isEqualTo(prints.substring(0, prints.indexOf("```\n")));
    }

    // ---- who may come in

    @Test
    void aPageThatCannotSetHeadersOffersItsTokenAsAProtocol() throws Exception {
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(RealServer.TOKEN.getBytes(StandardCharsets.UTF_8));
        var builder =
                HttpClient.newHttpClient().newWebSocketBuilder().subprotocols("sandjar.v1", "sandjar.bearer." + token);
        try (var client = new StreamClient(server, at(), builder)) {
            assertThat(client.socket.getSubprotocol()).isEqualTo("sandjar.v1"); // the token is not said again
            client.say(start(1, CommandId.random(), "echo in", ""));
            assertThat(client.next("stdout").bytes()).isEqualTo("in\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"sandjar.bearer.d3Jvbmc, 401", "sandjar.bearer.!, 401", "sandjar.v2, 401"})
    void whoeverOffersNoTokenThatIsKnownStaysOutside(String protocol, int status) {
        var builder = HttpClient.newHttpClient().newWebSocketBuilder().subprotocols("sandjar.v1", protocol);
        refused(at(), builder, status);
    }

    @Test
    void somebodyElsesSandboxDoesNotExist() {
        var builder = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN);
        refused(at(), builder, 404);
    }

    private static void refused(String target, java.net.http.WebSocket.Builder builder, int status) {
        assertThatThrownBy(() -> new StreamClient(server, target, builder))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .satisfies(e -> assertThat(((WebSocketHandshakeException) e.getCause())
                                .getResponse()
                                .statusCode())
                        .isEqualTo(status));
    }

    // ---- commands

    @Test
    void outputHasItsStreamAndOffsetAndTheEndingItsCode() throws Exception {
        try (var client = client()) {
            client.say(start(7, CommandId.random(), "echo out; sleep 0.1; echo err >&2; exit 3", ""));
            assertThat(client.next().json().path("type").asText()).isEqualTo("opened");
            Heard out = client.next();
            assertThat(out).isEqualTo(new Heard(null, 7, 1, 0, "out\n"));
            assertThat(client.next()).isEqualTo(new Heard(null, 7, 2, 4, "err\n"));
            Heard ended = client.next();
            assertThat(ended.type()).isEqualTo("ended");
            assertThat(ended.json().path("ending").path("how").asInt()).isEqualTo(1);
            assertThat(ended.json().path("ending").path("value").asInt()).isEqualTo(3);
            assertThat(ended.json().path("total").asInt()).isEqualTo(8);
            client.say("{\"type\":\"leave\",\"channel\":7,\"forget\":true}");
            assertThat(client.next().type()).isEqualTo("left");
        }
    }

    @Test
    void inputGoesInByOffsetsAndOnceHoweverOftenItIsSent() throws Exception {
        try (var client = client()) {
            client.say(start(1, CommandId.random(), "cat", ",\"stdin\":true"));
            client.say("{\"type\":\"openInput\",\"channel\":1}");
            assertThat(client.next("inputTaken").json().path("offset").asInt()).isZero();
            client.input(1, 0, "hello".getBytes(StandardCharsets.US_ASCII));
            client.input(1, 3, "lo world".getBytes(StandardCharsets.US_ASCII));
            client.say("{\"type\":\"endInput\",\"channel\":1,\"offset\":11}");
            var said = new StringBuilder();
            Heard next = client.next();
            while (!next.type().equals("ended")) {
                said.append(next.bytes());
                next = client.next();
            }
            assertThat(said).hasToString("hello world");
        }
    }

    @Test
    void aTerminalIsResizedASignalArrivesAndKillEndsAll() throws Exception {
        CommandId id = CommandId.random();
        try (var client = client()) {
            client.say(start(
                    1,
                    id,
                    "trap 'echo got' USR1; trap 'stty size' WINCH; echo up; while true; do sleep 0.05; done",
                    ",\"terminal\":{\"rows\":20,\"columns\":70}"));
            client.next("stdout");
            client.say("{\"type\":\"signal\",\"channel\":1,\"signal\":10}");
            client.awaitOutput("got");
            client.say("{\"type\":\"resize\",\"channel\":1,\"window\":{\"rows\":33,\"columns\":99}}");
            client.awaitOutput("33 99");
            client.say("{\"type\":\"kill\",\"channel\":1}");
            Heard ended = client.next("ended");
            assertThat(ended.json().path("ending").path("how").asInt()).isEqualTo(2);
            assertThat(ended.json().path("ending").path("value").asInt()).isEqualTo(9);
        }
    }

    @Test
    void manyCommandsShareAConnection() throws Exception {
        try (var client = client()) {
            for (int i = 0; i < 50; i++) {
                client.say(start(i, CommandId.random(), "echo " + i, ""));
            }
            var said = new java.util.TreeMap<Integer, String>();
            int ended = 0;
            while (ended < 50) {
                Heard next = client.next();
                if (next.type().equals("stdout")) {
                    said.merge(next.channel(), next.bytes(), String::concat);
                }
                ended += next.type().equals("ended") ? 1 : 0;
            }
            for (int i = 0; i < 50; i++) {
                assertThat(said).containsEntry(i, i + "\n");
            }
        }
    }

    // ---- windows

    @Test
    void aReaderThatTakesNothingStallsItsOwnChannelOnly() throws Exception {
        try (var client = client()) {
            client.say(windowed(1, CommandId.random(), "yes", 100_000));
            long got = 0;
            while (got < 100_000) {
                Heard next = client.next();
                got += next.bytes().isEmpty() ? 0 : next.bytes().length() + 512;
            }
            client.say(start(2, CommandId.random(), "echo free", ""));
            Heard free = client.next();
            while (free.channel() != 2 || !free.type().equals("stdout")) {
                assertThat(free.type()).isNotEqualTo("stdout"); // the window is full
                free = client.next();
            }
            assertThat(free.bytes()).isEqualTo("free\n");
            client.say("{\"type\":\"taken\",\"channel\":1,\"offset\":1000000000}".replace("1000000000", "1"));
            client.say("{\"type\":\"kill\",\"channel\":1}");
        }
    }

    @Test
    void outputOfAWindowOfNoughtComesOnceItIsFollowed() throws Exception {
        try (var client = client()) {
            client.say(windowed(1, CommandId.random(), "echo waiting", 0));
            client.next("opened");
            client.say(start(2, CommandId.random(), "true", ""));
            while (!client.next("ended").json().path("channel").asText().equals("2")) {
                // of another
            }
            assertThat(client.isQuiet()).isTrue();
            client.say("{\"type\":\"follow\",\"channel\":1,\"window\":1000}");
            assertThat(client.next("stdout").bytes()).isEqualTo("waiting\n");
        }
    }

    @Test
    void whatTheJournalForgotIsTold() throws Exception {
        CommandId id = CommandId.random();
        try (var client = client()) {
            client.say(start(1, id, "head -c 20000000 /dev/zero; echo end", ",\"retention\":\"latest\"")
                    .replaceFirst("}$", ",\"window\":0}"));
            client.next("opened");
            Waiting.until(
                    "it has ended",
                    () -> sandbox.commands().stream()
                            .anyMatch(command ->
                                    command.id().equals(id) && command.ending().isPresent()));
            client.say("{\"type\":\"follow\",\"channel\":1,\"window\":16000000}");
            Heard gap = client.next("gap");
            assertThat(gap.json().path("from").asLong()).isZero();
            long at = gap.json().path("to").asLong();
            Heard next = client.next();
            while (!next.type().equals("ended")) {
                assertThat(next.offset()).isEqualTo(at);
                at += next.bytes().length();
                next = client.next();
            }
            assertThat(at).isEqualTo(20_000_004);
        }
    }

    // ---- cuts

    /** The command would have written on, and its journal forgotten what was not taken, if anybody had let go of it in between. */
    @Test
    void aConnectionOfTheSameNameGoesOnWhereTheOtherWasCut() throws Exception {
        CommandId id = CommandId.random();
        String script =
                "for i in 1 2 3 4 5 6 7 8 9; do head -c 1000000 /dev/zero; echo >> %s; done; read line; echo got $line"
                        .formatted(id);
        String named = at() + "?session=" + UUID.randomUUID();
        long have = 0;
        try (var client = new StreamClient(server, named)) {
            client.say(windowed(3, id, script, 1 << 20).replace("\"argv\"", "\"stdin\":true,\"argv\""));
            client.input(3, 0, "one ".getBytes(StandardCharsets.US_ASCII));
            String full = "test $(wc -l < %s) -ge 4".formatted(id); // of the nine
            Waiting.until(
                    "the journal is full", () -> sandbox.run("sh", "-c", full).exitCode() == 0);
            boolean taken = false;
            while (!taken || have < 500_000) {
                Heard next = client.next();
                taken |= next.type().equals("inputTaken");
                have += next.bytes().length();
            }
        } // cut
        sandbox.run("sh", "-c", "head -c 9000000 /dev/zero | wc -c"); // as much as could get lost meanwhile
        try (var client = new StreamClient(server, named)) {
            client.say("{\"type\":\"attach\",\"channel\":3,\"id\":\"%s\",\"offset\":%d,\"input\":4,\"window\":1048576}"
                    .formatted(id, have));
            assertThat(client.next("opened").json().path("input").asInt()).isEqualTo(4);
            client.input(3, 4, "two\n".getBytes(StandardCharsets.US_ASCII));
            String said = "";
            for (Heard next = client.next(); !next.type().equals("ended"); next = client.next()) {
                assertThat(next.type()).isNotEqualTo("gap"); // it is held
                if (next.offset() >= 0) {
                    assertThat(next.offset()).isEqualTo(have);
                    have += next.bytes().length();
                    said = next.bytes();
                    client.say("{\"type\":\"taken\",\"channel\":3,\"offset\":%d}".formatted(have));
                }
            }
            assertThat(have).isEqualTo(9_000_000 + "got one two\n".length());
            assertThat(said).endsWith("got one two\n");
        }
    }

    /** The answer may have been on its way when the connection was cut, and a client waits for it. */
    @Test
    void theEndOfInputThatIsSaidAgainAfterACutIsAnsweredAgain() throws Exception {
        CommandId id = CommandId.random();
        String named = at() + "?session=" + UUID.randomUUID();
        String end = "{\"type\":\"endInput\",\"channel\":1,\"offset\":0}";
        try (var client = new StreamClient(server, named)) {
            client.say(start(1, id, "cat; echo ended; sleep 1009", ",\"stdin\":true"));
            client.say("{\"type\":\"openInput\",\"channel\":1}");
            client.say(end);
            client.next("inputEnded");
        } // cut
        try (var client = new StreamClient(server, named)) {
            client.say("{\"type\":\"attach\",\"channel\":1,\"id\":\"%s\",\"offset\":0}".formatted(id));
            client.say("{\"type\":\"openInput\",\"channel\":1}");
            client.say(end);
            client.next("inputEnded");
            client.say("{\"type\":\"kill\",\"channel\":1}");
            client.next("ended");
        }
    }

    @Test
    void whatWasWrittenIsReadThoughItsWriterHasGoneLongBefore() throws Exception {
        RunningCommand command = sandbox.start(
                CommandSpec.builder(List.of("sh", "-c", "until [ -e go ]; do sleep 0.05; done; head -c 500000 | wc -c"))
                        .stdin(true)
                        .build());
        command.stdin().write(new byte[500_000]); // more than what lies between the server and the command holds
        command.close();
        sandbox.files().write("go", "");
        try (RunningCommand again = sandbox.attach(command.id(), 0)) {
            assertThat(new String(again.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("500000\n");
        }
    }

    @Test
    void followersThatJoinLateGetTheSameBytesAsTheFirst() throws Exception {
        CommandId id = CommandId.random();
        try (var first = client();
                var late = client()) {
            first.say(start(1, id, "seq 2000; sleep 0.3; seq 2000", ""));
            String beginning = first.next("stdout").bytes();
            late.say("{\"type\":\"attach\",\"channel\":9,\"id\":\"%s\",\"offset\":0}".formatted(id));
            String whole = beginning + all(first);
            assertThat(whole).hasSize(17786);
            assertThat(all(late)).as("who joined while it ran").isEqualTo(whole);
            assertThat(all(late, id, 0)).as("who joined after its end").isEqualTo(whole);
        }
    }

    @Test
    void aFollowerFromBeyondWhatWasWrittenIsRefused() throws Exception {
        CommandId id = CommandId.random();
        try (var client = client()) {
            client.say(start(1, id, "echo one; sleep 1000", ""));
            client.next("stdout");
            client.say("{\"type\":\"attach\",\"channel\":9,\"id\":\"%s\",\"offset\":5}".formatted(id));
            assertThat(client.next("failed").json().at("/error/message").asText())
                    .contains("offset is 5");
            client.say("{\"type\":\"kill\",\"channel\":1}");
            client.next("ended");
        }
    }

    private static String all(StreamClient client) throws Exception {
        var said = new StringBuilder();
        for (Heard next = client.next(); !next.type().equals("ended"); next = client.next()) {
            said.append(next.bytes());
        }
        return said.toString();
    }

    private static String all(StreamClient client, CommandId id, long offset) throws Exception {
        client.say("{\"type\":\"attach\",\"channel\":10,\"id\":\"%s\",\"offset\":%d}".formatted(id, offset));
        return all(client);
    }

    // ---- what is not done

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"type":"taken","channel":5,"offset":1}                                             | request | channel 5 is not open
        {"type":"kill","channel":5}                                                         | request | channel 5 is not open
        {"type":"endInput","channel":5,"offset":0}                                          | input   | channel 5 is not open
        {"type":"attach","channel":5,"id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","offset":0} | channel | no such command
        """)
    void whatCannotBeDoneIsToldOnItsChannel(String message, String about, String why) throws Exception {
        try (var client = client()) {
            client.say(message);
            Heard failed = client.next();
            assertThat(failed.type()).isEqualTo("failed");
            assertThat(failed.json().path("about").asText()).isEqualTo(about);
            assertThat(failed.json().path("error").path("message").asText()).contains(why);
            client.say(start(5, CommandId.random(), "echo on", "")); // and all else goes on
            assertThat(client.next("stdout").bytes()).isEqualTo("on\n");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        nonsense                                                                   | no JSON
        []                                                                         | allowed: a JSON object
        {"type":"start"}                                                           | channel is missing
        {"type":"dance","channel":1}                                               | type is unknown
        {"type":"kill","channel":-1}                                               | channel is negative
        {"type":"kill","channel":1,"extra":1}                                      | field "extra" is unknown
        {"type":"taken","channel":1,"offset":-1}                                   | offset is -1
        {"type":"start","channel":1,"id":"x","command":{"argv":["true"]}}           | id is something else
        {"type":"start","channel":1,"id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","command":{"argv":[]}} | argv is 0 words
        """)
    void aMessageThatIsMalformedEndsTheConnectionAndSaysWhy(String message, String why) throws Exception {
        try (var client = client()) {
            client.sayAnything(message);
            assertThat(client.closed.get(20, java.util.concurrent.TimeUnit.SECONDS))
                    .startsWith("1007 ")
                    .contains(why);
        }
    }

    @Test
    void inputFarAheadOfWhatWasTakenIsRefused() throws Exception {
        try (var client = client()) {
            client.say(start(1, CommandId.random(), "sleep 100", ",\"stdin\":true"));
            client.next("opened");
            byte[] piece = new byte[15_000];
            for (int sent = 0; sent < 2_000_000; sent += piece.length) {
                client.input(1, sent, piece);
            }
            Heard failed = client.next("failed");
            assertThat(failed.json().path("about").asText()).isEqualTo("input");
            client.say("{\"type\":\"kill\",\"channel\":1}");
            client.next("ended");
        }
    }

    @Test
    void inputHasOneWriterAtATimeAndIsFreeOnceItLeavesOrItsConnectionEnds() throws Exception {
        CommandId id = CommandId.random();
        String attach = "{\"type\":\"attach\",\"channel\":%d,\"id\":\"" + id + "\",\"offset\":0}";
        try (var first = client()) {
            first.say(start(1, id, "cat", ",\"stdin\":true"));
            first.say("{\"type\":\"openInput\",\"channel\":1}");
            first.next("inputTaken");
            first.say(attach.formatted(2));
            first.say("{\"type\":\"openInput\",\"channel\":2}");
            Heard failed = first.next("failed");
            assertThat(failed.channel()).isEqualTo(2);
            assertThat(failed.json().path("about").asText()).isEqualTo("input");
            first.say("{\"type\":\"leave\",\"channel\":1}");
            first.next("left");
            first.say("{\"type\":\"leave\",\"channel\":2}");
            first.next("left");
            first.say(attach.formatted(3));
            first.say("{\"type\":\"openInput\",\"channel\":3}");
            first.next("inputTaken");
            first.sayAnything("nonsense");
        }
        Waiting.until("the input is free", () -> {
            try (var second = client()) {
                second.say(attach.formatted(1));
                second.say("{\"type\":\"openInput\",\"channel\":1}");
                second.next("opened");
                return second.next().type().equals("inputTaken");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void moreChannelsThanThereIsRoomForAreRefused() throws Exception {
        CommandId id = CommandId.random();
        try (var client = client()) {
            client.say(start(0, id, "sleep 100", ""));
            for (int i = 1; i <= 1_000; i++) {
                client.say("{\"type\":\"attach\",\"channel\":%d,\"id\":\"%s\",\"offset\":0,\"window\":0}"
                        .formatted(i, id));
            }
            Heard failed = client.next("failed");
            assertThat(failed.channel()).isEqualTo(1_000);
            assertThat(failed.json().path("error").path("code").asText()).isEqualTo("NO_CAPACITY");
            client.say("{\"type\":\"kill\",\"channel\":0}");
        }
    }
}
