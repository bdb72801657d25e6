package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kubebox clients are told by Socket.IO: docs/kubebox.md. */
@Timeout(120)
class KubeboxSocketTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/kubebox-socket");
    private static final String S = "s";

    private static RealServer server;
    private static Kubebox kubebox;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(HOME);
        kubebox = new Kubebox(server);
        kubebox.initialize(S, "");
    }

    @AfterAll
    static void stop() throws Exception {
        Kubebox.deleteAll(server);
        server.close();
    }

    private static SocketIo connect() throws Exception {
        return SocketIo.connect(server.address, RealServer.TOKEN);
    }

    private static List<String> streamed(String mode, String command) throws Exception {
        int process = kubebox.start(S, mode, command);
        try (SocketIo client = connect()) {
            client.follow(S, process, 0);
            return client.untilExit(process);
        }
    }

    @Test
    void aSocketIsBoundToASessionThatIsThere() throws Exception {
        try (SocketIo client = connect()) {
            client.emit("initialize", "{\"session_id\":\"s\"}");
            assertThat(client.next("initialized").toString())
                    .isEqualTo("{\"session_id\":\"s\",\"status\":\"success\"}");
            client.emit("initialize", "{\"session_id\":\"unknown\"}");
            assertThat(client.next("command_error").path("error").asText()).isEqualTo("Session not found");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        lines of both streams                  | echo a; sleep 0.1; echo b >&2; sleep 0.1; echo c | a\\n,b\\n,c\\n,exit 0
        no newline at the end                  | printf 'a\\nb'                                   | a\\n,b,exit 0
        nothing at all                         | exit 5                                           | exit 5
        empty lines, carriage returns and NULs | printf '\\n\\r\\n\\000\\n'                       | \\n,\\r\\n,\\0\\n,exit 0
        bytes that are no text                 | printf 'a\\377\\nb\\n'                           | a\uFFFD\\n,b\\n,exit 0
        half a code point at the end           | printf '\\303'                                   | \uFFFD,exit 0
        a code point written byte by byte      | printf '\\342'; sleep 0.1; printf '\\202'; sleep 0.1; printf '\\254\\n' | €\\n,exit 0
        a signal                               | kill -KILL $$                                    | exit -9
        a child that keeps the pipe open holds nothing up | (sleep 0.5; echo late) & echo early              | early\\n,exit 0
        """)
    void linesComeAsTheyWereWritten(String what, String command, String expected) throws Exception {
        List<String> wanted = new ArrayList<>();
        for (String line : expected.split(",")) {
            wanted.add(line.translateEscapes());
        }
        assertThat(streamed("stream", command)).isEqualTo(wanted);
    }

    @Test
    void aLineWithoutAnEndInSightComesInPiecesOfWholeCodePoints() throws Exception {
        List<String> pieces = streamed("stream", "head -c 10000000 /dev/zero | tr '\\0' x | sed 's/x/\u20ac/g'");
        assertThat(pieces.removeLast()).isEqualTo("exit 0");
        assertThat(pieces).allMatch(piece -> piece.length() <= 64 * 1024 / 3);
        assertThat(String.join("", pieces)).matches("\u20ac{10000000}");
    }

    @Test
    void whatRanInTheBackgroundIsStreamedLaterAlsoAfterItsEnd() throws Exception {
        int process = kubebox.start(S, "background", "seq 100000; exit 4");
        try (SocketIo client = connect()) {
            String asked = "{\"session_id\":\"s\",\"process_id\":" + process + "}";
            JsonNode status;
            do {
                client.emit("check_status", asked);
                status = client.next("status");
            } while (status.path("running").asBoolean());
            assertThat(status.path("session_id").asText()).isEqualTo(S);
            client.follow(S, process, 0);
            List<String> lines = client.untilExit(process);
            assertThat(lines).hasSize(100_001).startsWith("1\n", "2\n").endsWith("100000\n", "exit 4");
        }
    }

    @Test
    void whatWasForgottenIsToldAndNotGuessed() throws Exception {
        List<String> lines = streamed("background", "head -c 6000000 /dev/zero | tr '\\0' x | fold -w 99; sleep 0.3");
        assertThat(lines.getFirst())
                .matches("\\[sandjar: [0-9]+ bytes of output were forgotten before they were read]\n");
        long lost = Long.parseLong(lines.getFirst().replaceAll("[^0-9]", ""));
        assertThat(String.join("", lines.subList(1, lines.size() - 1)).length()).isEqualTo(6_060_606 - lost);
    }

    @Test
    void aHundredStreamsAtOnceDoNotMix() throws Exception {
        try (SocketIo client = connect()) {
            Map<Integer, String> names = new HashMap<>();
            for (int n = 0; n < 100; n++) {
                int process = kubebox.start(S, "stream", "for i in 1 2 3 4 5; do echo " + n + " $i; done");
                names.put(process, Integer.toString(n));
                client.follow(S, process, 0);
            }
            Map<Integer, StringBuilder> seen = new HashMap<>();
            for (int exits = 0; exits < 100; ) {
                JsonNode event = Kubebox.JSON.readTree(client.next().substring(2));
                JsonNode data = event.get(1);
                if (event.get(0).asText().equals("command_exit")) {
                    exits++;
                } else {
                    seen.computeIfAbsent(data.path("process_id").asInt(), _ -> new StringBuilder())
                            .append(data.path("output").asText());
                }
            }
            names.forEach((process, n) ->
                    assertThat(seen.get(process)).hasToString("# 1\n# 2\n# 3\n# 4\n# 5\n".replace("#", n)));
        }
    }

    @Test
    void statusIsThatOfSessionAndProcess() throws Exception {
        int process = kubebox.start(S, "background", "sleep 1006");
        kubebox.initialize("other", "");
        try (SocketIo client = connect()) {
            assertThat(running(client, S, process)).isEqualTo("true");
            assertThat(running(client, "other", process)).isEqualTo("null");
            assertThat(running(client, "unknown", process)).isEqualTo("null");
            kubebox.posted("/kill_command", "session_id", S, "process_id", process);
            assertThat(running(client, S, process)).isEqualTo("false");
        }
    }

    private static String running(SocketIo client, String session, int process) throws Exception {
        client.emit("check_status", "{\"session_id\":\"" + session + "\",\"process_id\":" + process + "}");
        return client.next("status").path("running").toString();
    }

    @Test
    void whoWatchesAProcessAlreadyIsToldSo() throws Exception {
        int process = kubebox.start(S, "stream", "echo once; exec sleep 1009");
        try (SocketIo client = connect()) {
            client.follow(S, process, 0);
            assertThat(client.next("command_output").path("output").asText()).isEqualTo("once\n");
            client.follow(S, process, 0);
            assertThat(client.next("command_error").path("error").asText()).isEqualTo("You watch this process already");
            kubebox.posted("/kill_command", "session_id", S, "process_id", process);
            assertThat(client.untilExit(process)).containsExactly("exit -9");
        }
    }

    @Test
    void noRequestOfASocketGoesWithoutAnAnswer() throws Exception {
        try (SocketIo client = connect()) {
            for (String asked : new String[] {
                "[\"start_command_stream\",{\"session_id\":\"s\",\"process_id\":99999}]",
                "[\"start_command_stream\",{\"session_id\":\"unknown\",\"process_id\":1}]",
                "[\"start_command_stream\",{\"session_id\":\"s\",\"process_id\":\"1\"}]",
                "[\"start_command_stream\",{\"session_id\":\"s\"}]",
                "[\"start_command_stream\",{\"session_id\":\"s\",\"process_id\":1,\"offset\":-1}]",
                "[\"start_command_stream\"]",
                "[\"check_status\",7]",
                "[\"initialize\",{\"session_id\":[]}]",
                "[\"no such event\",{}]"
            }) {
                client.say("42" + asked);
                assertThat(client.next("command_error").path("error").asText())
                        .as(asked)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void anErrorSaysWhichRequestItAnswers() throws Exception {
        try (SocketIo client = connect()) {
            for (String event : new String[] {"start_command_stream", "check_status"}) {
                client.emit(event, "{\"session_id\":\"s\",\"process_id\":\"1\"}");
                assertThat(client.next("command_error").path("event").asText()).isEqualTo(event);
            }
            client.emit("start_command_stream", "{\"session_id\":\"s\",\"process_id\":99999}");
            JsonNode unknown = client.next("command_error");
            assertThat(unknown.path("event").asText()).isEqualTo("start_command_stream");
            assertThat(unknown.path("process_id").asInt()).isEqualTo(99_999);
            client.emit("no such event", "{}");
            assertThat(client.next("command_error").has("event")).isFalse();
        }
    }

    // ---- cut and come back

    /** What a client has that remembers where to go on, over as many connections as it takes. */
    private static final class Comer {
        private final int process;
        private final StringBuilder stdout = new StringBuilder();
        private final Map<String, Long> latest = new HashMap<>();
        private long resumeAt;

        Comer(int process) {
            this.process = process;
        }

        /** Whether it has come to the end, or to so many more lines. */
        boolean read(URI address, int lines) throws Exception {
            try (SocketIo client = SocketIo.connect(address, RealServer.TOKEN)) {
                client.follow(S, process, resumeAt);
                for (int i = 0; i < lines; ) {
                    JsonNode event = Kubebox.JSON.readTree(client.next().substring(2));
                    if (event.get(0).asText().equals("command_exit")) {
                        return true;
                    }
                    assertThat(event.get(0).asText()).as(event.toString()).isEqualTo("command_output");
                    i += take(event.get(1));
                }
                client.cut();
                return false;
            }
        }

        private int take(JsonNode output) {
            assertThat(output.has("lost")).isFalse();
            resumeAt = output.path("resume_at").asLong();
            long offset = output.path("offset").asLong();
            String type = output.path("type").asText();
            if (offset <= latest.getOrDefault(type, -1L)) {
                return 0; // it has that
            }
            latest.put(type, offset);
            if (type.equals("stdout")) {
                stdout.append(output.path("output").asText());
            }
            return 1;
        }
    }

    private static final String LOUD =
            "i=0; while [ $i -lt 12 ]; do seq $((i * 10000)) $((i * 10000 + 9999)); echo $i >&2; i=$((i + 1)); done";

    private static String loud() throws Exception {
        return said(LOUD);
    }

    /** The digest of what a command writes to its standard output. */
    private static String said(String command) throws Exception {
        Process here = new ProcessBuilder("sh", "-c", command).start();
        String out = new String(here.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Kubebox.sha256(out.getBytes(StandardCharsets.UTF_8));
    }

    private static String digest(Comer comer) throws Exception {
        return Kubebox.sha256(comer.stdout.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whoIsCutAgainAndAgainGoesOnWhereHeWas() throws Exception {
        var random = new Random(5);
        var comer = new Comer(kubebox.start(S, "stream", LOUD));
        int connections = 1;
        while (!comer.read(server.address, 1 + random.nextInt(20_000))) {
            connections++;
        }
        assertThat(connections).isGreaterThan(5);
        assertThat(digest(comer)).isEqualTo(loud());
    }

    @Test
    void whatAStreamWritesIsHeldWhileItsClientIsAway() throws Exception {
        String command = "seq -s , 1700000 | fold -w 60000"; // three times what a sandbox keeps
        int process = kubebox.start(S, "stream", command);
        var comer = new Comer(process);
        assertThat(comer.read(server.address, 1)).isFalse();
        kubebox.awaitFull(S, process);
        assertThat(comer.read(server.address, Integer.MAX_VALUE)).isTrue();
        assertThat(digest(comer)).isEqualTo(said(command));
    }

    @Test
    void aServerThatIsKilledInTheMiddleAndStartedAnewGoesOnWithTheStream() throws Exception {
        Path home = HOME.resolveSibling("kubebox-killed");
        Comer comer;
        try (var first = new RealServer(home)) {
            var client = new Kubebox(first);
            client.initialize(S, "");
            comer = new Comer(client.start(S, "stream", LOUD));
            assertThat(comer.read(first.address, 20_000)).isFalse();
            first.kill();
        }
        try (var second = new RealServer(home)) {
            assertThat(comer.read(second.address, Integer.MAX_VALUE)).isTrue();
            assertThat(digest(comer)).isEqualTo(loud());
            assertThat(new Kubebox(second).run(S, "pwd").path("exit_code").asInt())
                    .isZero();
            Kubebox.deleteAll(second);
        }
    }

    @Test
    void whoComesWithoutAnOffsetHasItFromTheBeginning() throws Exception {
        int process = kubebox.start(S, "stream", "mkfifo gate; echo before; cat gate; echo after");
        try (SocketIo client = connect()) {
            client.follow(S, process, 0);
            assertThat(client.next("command_output").path("output").asText()).isEqualTo("before\n");
            client.cut();
        }
        try (SocketIo client = connect()) {
            client.emit("start_command_stream", "{\"session_id\":\"s\",\"process_id\":" + process + "}");
            assertThat(client.next("command_output").path("output").asText()).isEqualTo("before\n");
            kubebox.run(S, "echo through > gate");
            assertThat(client.untilExit(process)).containsExactly("through\n", "after\n", "exit 0");
        }
    }

    // ---- one sandbox for all

    private static final Path SHARED = HOME.resolveSibling("kubebox-shared");

    @Test
    void allSessionsOfAnOwnerMayShareASandboxAndKeepTheirProcessesApart() throws Exception {
        String id;
        int process;
        try (var shared = new RealServer(SHARED, "SANDJAR_KUBEBOX_SANDBOX=shared")) {
            var client = new Kubebox(shared);
            client.initialize("one", "one");
            client.initialize("two", "two");
            client.run("one", "echo both > /workspace/seen");
            assertThat(client.run("two", "cat /workspace/seen").path("stdout").asText())
                    .isEqualTo("both\n");
            process = client.start("one", "background", "sleep 1007");
            assertThat(client.post("/kill_command", "session_id", "two", "process_id", process)
                            .statusCode())
                    .isEqualTo(404);
            client.posted("/kill_all_processes", "session_id", "two");
            assertThat(running(shared, "one", process)).isEqualTo("true");
            id = Kubebox.JSON
                    .readTree(shared.get("/v1/api/sandboxes").body())
                    .at("/sandboxes/0/id")
                    .asText();
        }
        try (var given = new RealServer(SHARED, "SANDJAR_KUBEBOX_SANDBOX=" + id)) {
            assertThat(running(given, "one", process)).isEqualTo("true");
            Kubebox.deleteAll(given);
        }
    }

    private static String running(RealServer server, String session, int process) throws Exception {
        try (SocketIo socket = SocketIo.connect(server.address, RealServer.TOKEN)) {
            return running(socket, session, process);
        }
    }
}
