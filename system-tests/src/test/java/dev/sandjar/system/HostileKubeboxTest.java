package dev.sandjar.system;

import static dev.sandjar.system.Kubebox.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxId;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kubebox clients must not be able to do: leave a session's folder, reach others, or cost the server more than their share. */
@Timeout(120)
class HostileKubeboxTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/kubebox-hostile");
    private static final String S = "s";

    private static RealServer server;
    private static Kubebox kubebox;

    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(HOME, "-XX:+ExitOnOutOfMemoryError");
        kubebox = new Kubebox(server);
        kubebox.initialize(S, "inside");
        kubebox.run(
                S,
                "mkdir inside; echo secret > secret; cd inside; ln -s .. up; ln -s /etc etc; ln -s ../secret link; ln -s /workspace/secret far; echo x > x");
    }

    @AfterAll
    static void stop() throws Exception {
        Kubebox.deleteAll(server);
        server.close();
    }

    // ---- paths

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "up/secret",
                "etc/passwd",
                "link",
                "far",
                "x/../../secret",
                "./../secret",
                "/workspace/secret",
                "/etc/passwd",
                "/workspace/inside/../secret",
                "/workspace/inside/up/secret",
                "/workspace/insideout",
                "//workspace/secret",
                "/"
            })
    void noPathLeavesTheSessionsFolder(String path) throws Exception {
        for (String call : new String[] {"/read_file", "/get_file"}) {
            HttpResponse<String> answer = server.get(call + query("session_id", S, "file_path", path));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).startsWith("{\"detail\":\"").doesNotContain("secret\\n", "root:");
        }
        assertThat(kubebox.post("/write_file", "session_id", S, "file_path", path, "content", "x", "make_dirs", true)
                        .statusCode())
                .isIn(
                        path.equals("link") || path.equals("far")
                                ? List.of(200, 400)
                                : List.of(400)); // replaces the link itself
        assertThat(kubebox.run(S, "cat ../secret").path("stdout").asText()).isEqualTo("secret\n");
        kubebox.run(S, "ln -sf ../secret link; ln -sf /workspace/secret far");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../other", "up/other", "/workspace/other", "etc/other"})
    void noChangeIsMadeOutsideOfIt(String path) throws Exception {
        assertThat(kubebox.post("/make_dirs", "session_id", S, "file_path", path)
                        .statusCode())
                .isEqualTo(400);
        assertThat(kubebox.post("/delete_file", "session_id", S, "file_path", path)
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.get("/file_exists" + query("session_id", S, "file_path", path))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aSessionsFolderIsNotOutsideOfTheWorkspaceUnlessItSaysSo() throws Exception {
        HttpResponse<String> answer = kubebox.post("/initialize", "session_id", "climber", "path", "../..");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("path is outside of the workspace");
    }

    // ---- patterns

    @Test
    void patternsThatTakeOthersForEverTakeNoTime() throws Exception {
        kubebox.run(S, "touch " + "a".repeat(200));
        for (String regex : new String[] {"^(a+)+$!", "(a|aa)+!", "(.*)*!"}) {
            assertThat(server.get("/get_all_file_paths" + query("session_id", S, "regexes", regex))
                            .statusCode())
                    .isEqualTo(200);
        }
        kubebox.run(S, "rm a*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "(?=a)",
                "(a)\\1",
                "(?:(?:(?:){2147483647}){2147483647}){2147483647}",
                "((a{999}){999}){999}",
                "(?:a{999}\\Q)(\\E){999}",
                "a{1000}b{1000}c{1000}d{1000}e{1000}f{1000}g{1000}h{1000}i{1000}j{1000}"
            })
    void patternsThatCannotBeReadInTimeAreRefused(String regex) throws Exception {
        HttpResponse<String> answer = server.get("/get_all_file_paths" + query("session_id", S, "regexes", regex));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("Input should be valid regular expressions");
    }

    @Test
    void repetitionsOfReasonableSizeAreTaken() throws Exception {
        String uuid = "01234567-89ab-cdef-0123-456789abcdef";
        kubebox.run(S, "touch " + uuid);
        assertThat(server.get("/get_all_file_paths"
                                + query("session_id", S, "regexes", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))
                        .body())
                .isEqualTo("[\"" + uuid + "\"]");
    }

    @Test
    void patternsThatTakeTooLongForAllPathsAreStopped() throws Exception {
        kubebox.run(S, "mkdir many && cd many && seq -f " + "a".repeat(200) + "%g 600 | xargs touch");
        String regex = "^(?:xxxxxxxx){750}";
        HttpResponse<String> answer = server.get("/get_all_file_paths" + query("session_id", S, "regexes", regex));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("for so long patterns");
        kubebox.run(S, "rm -r many");
    }

    // ---- others

    @Test
    void sessionsOfOneOwnerAreNotAnothers() throws Exception {
        int process = kubebox.start(S, "background", "sleep 1008");
        assertThat(asBob("/run_command", Kubebox.body("session_id", S, "command", "true")))
                .isEqualTo("{\"detail\":\"Session not found\"}");
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
                SocketIo bob = SocketIo.connect(server.address, RealServer.OTHER_TOKEN)) {
            String id = sandboxes.list(0, 1).sandboxes().getFirst().id().toString();
            assertThat(asBob("/initialize", Kubebox.body("session_id", id, "path", "")))
                    .contains(id);
            assertThat(asBob("/run_command", Kubebox.body("session_id", id, "command", "cat /workspace/secret")))
                    .contains("No such file"); // it is a sandbox of his own, by a name that happens to be an id
            bob.follow(S, process, 0);
            assertThat(bob.next("command_error").path("error").asText()).isEqualTo("Session not found");
        }
        kubebox.posted("/kill_command", "session_id", S, "process_id", process);
    }

    private static String asBob(String path, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(server.address.resolve(path))
                                .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void whatASandboxWritesOverItsSessionsNoteIsNoSessionAnyMore() throws Exception {
        for (String note : new String[] {
            "echo '{' > $note",
            "echo '{\"path\":\"here\"}' > $note",
            "yes > $note & sleep 0.2; kill $!",
            "rm $note; mkdir $note"
        }) {
            kubebox.initialize("vandal", "");
            kubebox.run("vandal", "for note in /tmp/.kubebox/*; do " + note + "; done");
            assertThat(kubebox.post("/run_command", "session_id", "vandal", "command", "true")
                            .statusCode())
                    .as(note)
                    .isEqualTo(400);
        }
        kubebox.posted("/run_command", "session_id", S, "command", "true");
    }

    // ---- frames

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EIO=4&transport=polling",
                "EIO=3&transport=websocket",
                "transport=websocket",
                "EIO=4",
                "EIO=4&transport=websocket&sid=abc",
                "EIO=4&transport=websocket"
            })
    void whatIsNoUpgradeToEngineIo4IsRefusedInItsWords(String query) throws Exception {
        HttpResponse<String> answer = server.get("/socket.io/?" + query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .matches("\\{\"code\":[0-5],\"message\":\"[^\"\\\\]+(\\\\\"websocket\\\\\"[^\"]+)?\"}");
    }

    @Test
    void nobodyIsUpgradedWithoutCredentials() throws Exception {
        try (var socket = new Socket("127.0.0.1", server.address.getPort())) {
            socket.setSoTimeout(30_000);
            String head = "GET " + SocketIo.PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(12);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no digit",
                "9",
                "4",
                "49",
                "42",
                "42{}",
                "42[]",
                "42[7]",
                "42[null]",
                "42[\"initialize\"",
                "42[\"initialize\",",
                "451-[\"initialize\",{\"_placeholder\":true,\"num\":0}]",
                "4599999999999-[]",
                "43[\"x\"]",
                "4299999999999999999999[\"initialize\",{}]"
            })
    void aFrameThatIsNoneCostsNobodyElse(String frame) throws Exception {
        try (SocketIo hostile = SocketIo.connect(server.address, RealServer.TOKEN)) {
            hostile.say(frame);
        }
        stillServes();
    }

    @Test
    void whatNobodyNeedsEndsTheConnection() throws Exception {
        try (SocketIo binary = SocketIo.connect(server.address, RealServer.TOKEN)) {
            binary.sayBytes(new byte[] {4, 1});
            binary.awaitClosed();
        }
        try (SocketIo large = SocketIo.connect(server.address, RealServer.TOKEN)) {
            try {
                large.say("42[\"initialize\",{\"session_id\":\"" + "x".repeat(100_000) + "\"}]");
            } catch (CompletionException cutBeforeItsEnd) {
                // as it should
            }
            large.awaitClosed();
        }
        try (SocketIo twice = SocketIo.connect(server.address, RealServer.TOKEN)) {
            twice.say("40");
            twice.awaitClosed();
        }
        stillServes();
    }

    @Test
    void deepAndStrangeJsonIsAnError() throws Exception {
        for (String json : new String[] {"[".repeat(7_000), "{\"process_id\":1e999999999,\"session_id\":\"s\"}"}) {
            try (SocketIo hostile = SocketIo.connect(server.address, RealServer.TOKEN)) {
                hostile.emit("check_status", json);
                assertThat(hostile.next()).matches("closed|42\\[\"command_error\".*");
            }
        }
        stillServes();
    }

    @Test
    void otherNamespacesAreRefused() throws Exception {
        try (SocketIo client = SocketIo.open(server.address, RealServer.TOKEN)) {
            client.say("40/admin,");
            assertThat(client.next()).startsWith("44/admin,").contains("Invalid namespace");
        }
    }

    private static void stillServes() throws Exception {
        try (SocketIo client = SocketIo.connect(server.address, RealServer.TOKEN)) {
            client.emit("initialize", "{\"session_id\":\"s\"}");
            client.next("initialized");
        }
    }

    // ---- slow readers

    /** Connects and never reads. */
    private static WebSocket deaf() {
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + RealServer.TOKEN)
                .buildAsync(
                        URI.create("ws://" + server.address.getAuthority() + SocketIo.PATH), new WebSocket.Listener() {
                            @Override
                            public void onOpen(WebSocket opened) {
                                // asks for nothing
                            }
                        })
                .join();
        socket.sendText("40", true).join();
        return socket;
    }

    @Test
    void whoDoesNotReadStallsHisOwnStreamsAndNothingElse() throws Exception {
        kubebox.initialize("slow", "");
        var deaf = new ArrayList<WebSocket>();
        var processes = new ArrayList<Integer>();
        for (int i = 0; i < 10; i++) {
            deaf.add(deaf());
            int process = kubebox.start("slow", "stream", "yes $(head -c 4000 /dev/zero | tr '\\0' x)");
            processes.add(process);
            deaf.getLast()
                    .sendText(
                            "42[\"start_command_stream\",{\"session_id\":\"slow\",\"process_id\":" + process + "}]",
                            true)
                    .join();
        }
        int quick = kubebox.start(S, "stream", "seq 50000");
        try (SocketIo client = SocketIo.connect(server.address, RealServer.TOKEN);
                var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN)) {
            client.follow(S, quick, 0);
            assertThat(client.untilExit(quick)).hasSize(50_001);
            Sandbox sandbox = sandboxes.get(slow(sandboxes));
            Waiting.until("all of them stand still", () -> {
                long before = written(sandbox);
                client.emit("check_status", "{\"session_id\":\"s\",\"process_id\":" + quick + "}");
                client.next("status");
                kubebox.run(S, "sleep 0.5");
                return before == written(sandbox);
            });
            assertThat(written(sandbox)).isLessThan(10 * (24L << 20));
        }
        deaf.forEach(WebSocket::abort);
        kubebox.posted("/kill_all_processes", "session_id", "slow");
        assertThat(server.said()).doesNotContain("OutOfMemory");
    }

    private static SandboxId slow(Sandboxes sandboxes) {
        return sandboxes.list(0, 100).sandboxes().stream()
                .filter(info -> info.spec().metadata().values().toString().contains("slow"))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static long written(Sandbox sandbox) {
        return sandbox.commands().stream().mapToLong(CommandInfo::written).sum();
    }

    @Test
    void whoAsksWithoutReadingIsNotHeardForEver() throws Exception {
        WebSocket deaf = deaf();
        Thread asking = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 20_000 && !Thread.interrupted(); i++) {
                deaf.sendText("42[\"check_status\",{\"session_id\":\"no\",\"process_id\":1}]", true)
                        .join();
            }
        });
        stillServes();
        asking.join(java.time.Duration.ofSeconds(2));
        stillServes();
        deaf.abort();
        asking.interrupt();
    }

    // ---- memory

    @Test
    void aBodyThatIsTooLargeIsRefused() throws IOException, InterruptedException {
        String body = "{\"session_id\":\"s\",\"file_path\":\"x\",\"content\":\"" + "x".repeat(9 << 20) + "\"}";
        assertThat(server.post("/write_file", body).statusCode()).isEqualTo(413);
    }

    /** Blanks are read and forgotten, which nobody knows beforehand. */
    @Test
    void largeBodiesHaveRoomInTheirOwnersShareForAsLongAsTheirCallsLast() throws Exception {
        String blanks = " ".repeat(7 << 20);
        kubebox.initialize("held", "");
        for (int i = 1; i <= 2; i++) {
            ask(
                    "POST",
                    "/run_command",
                    Kubebox.body("session_id", "held", "command", "sleep 1010", "timeout", 60) + blanks);
            String count = i + "\n";
            Waiting.until(
                    "it runs",
                    () -> kubebox.run("held", "pgrep -xc sleep")
                            .path("stdout")
                            .asText()
                            .equals(count));
        }
        String one = Kubebox.body("session_id", "held", "command", "true");
        HttpResponse<String> third = server.post("/run_command", one + blanks);
        assertThat(third.statusCode()).as(third.body()).isEqualTo(429);
        assertThat(third.headers().firstValue("Retry-After")).contains("1");
        assertThat(server.post("/run_command", one).statusCode()).isEqualTo(200);
        asBob("/initialize", Kubebox.body("session_id", "bobs", "path", ""));
        assertThat(asBob("/run_command", Kubebox.body("session_id", "bobs", "command", "echo fine") + blanks))
                .contains("fine");

        kubebox.run("held", "pkill sleep");
        Waiting.until(
                "there is room again",
                () -> server.post("/run_command", one + blanks).statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/read_file?session_id=large&file_path=text", "/get_all_file_paths?session_id=large"})
    void answersThatNobodyReadsFillNobodysMemory(String path) throws Exception {
        kubebox.initialize("large", "large");
        String deep = "import os\nfor i in range(12): os.mkdir('d' * 250); os.chdir('d' * 250)\n"
                + "for i in range(2300): os.close(os.open('%0255d' % i, os.O_CREAT))";
        kubebox.run(
                "large",
                "cd /workspace; rm -rf large; mkdir large; cd large; head -c 8388608 /dev/zero | tr '\\0' x > text; python3 -c \""
                        + deep + "\"");
        for (int i = 0; i < 30; i++) {
            ask("GET", path, "");
        }
        for (Socket socket : sockets) {
            byte[] status = socket.getInputStream().readNBytes(12);
            assertThat(new String(status, StandardCharsets.US_ASCII)).isIn("HTTP/1.1 200", "HTTP/1.1 429");
        }
        stillServes();
        assertThat(asBob("/initialize", Kubebox.body("session_id", "bobs", "path", "")))
                .contains("bobs");
    }

    /** Sends a request of alice's, and reads nothing. */
    private void ask(String method, String path, String body) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4 * 1024);
        socket.connect(new InetSocketAddress("127.0.0.1", server.address.getPort()));
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + RealServer.TOKEN
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    // ---- browsers that are none

    /** Answers as a browser does until it is sent to a page; then it says what the test likes, without an end. */
    private static final String FALSE_BROWSER = """
            import itertools, json, os
            def say(text): os.write(4, text.encode() + b"\\0")
            def event(method, **about): say(json.dumps({"method": method, "params": about}))
            heard = b""
            while True:
                while b"\\0" not in heard: heard += os.read(3, 65536)
                asked, _, heard = heard.partition(b"\\0")
                call = json.loads(asked)
                say(json.dumps({"id": call["id"], "result": {"targetId": "t", "sessionId": "p", "loaderId": "l"}}))
                if call["method"] == "Page.navigate": break
            for i in itertools.count():
            """;

    private static HttpResponse<String> visit(String saying) throws Exception {
        kubebox.initialize("false browser", "");
        String browser = "#!/usr/bin/python3\n" + FALSE_BROWSER + saying.indent(4);
        kubebox.posted("/write_file", "session_id", "false browser", "file_path", "chrome", "content", browser);
        kubebox.run(
                "false browser",
                "folder=~/.cache/ms-playwright/chromium-1/linux; mkdir -p $folder; chmod +x chrome; mv chrome $folder");
        HttpResponse<String> answer = kubebox.post(
                "/get_website_console_logs", "session_id", "false browser", "full_url", "http://localhost/");
        stillServes();
        return answer;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event('Page.lifecycleEvent', name='networkIdle', loaderId=str(i))",
                "event('Page.lifecycleEvent', name='networkIdle', loaderId='x' * 200000 + str(i))"
            })
    void aBrowserThatTellsOfLoadsWithoutEndIsNone(String loads) throws Exception {
        HttpResponse<String> answer = visit(loads);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("The browser in the sandbox tells of");
    }

    @Test
    void aBrowserThatTalksWithoutEndIsHeardForAWhileAndWhatIsNotKeptIsTold() throws Exception {
        HttpResponse<String> answer = visit("""
                if i == 0: event("Page.lifecycleEvent", name="networkIdle", loaderId="l")
                event("Runtime.consoleAPICalled", type="x" * 200000, args=[{"value": "small"}])
                event("Runtime.consoleAPICalled", type="log", args=[{"value": "y" * 200000}])
                say("[" + "[]," * 45000 + "[]]")
                say("z" * 1000000)
                """);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .hasSizeLessThan(2 << 20)
                .matches("(?s).*\\[sandjar: [0-9]+ messages are not here: too many, or too large]\"}]}");
    }
}
