package dev.sandjar.system;

import static dev.sandjar.system.Kubebox.body;
import static dev.sandjar.system.Kubebox.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What kubebox clients ask for by REST: docs/kubebox.md. */
@Timeout(60)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeboxRestTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/kubebox-rest");
    private static final String S = "a session";
    private static final int LAST = Integer.MAX_VALUE; // what takes long was begun with the class

    private static RealServer server;
    private static Kubebox kubebox;
    private static CompletableFuture<HttpResponse<String>> withoutTimeout;
    private static CompletableFuture<HttpResponse<String>> withoutEnd;
    private static SocketIo listener;
    private static CompletableFuture<Void> pinged;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(HOME, "-Dsandjar.keep-alive=200ms");
        kubebox = new Kubebox(server);
        kubebox.initialize(S, "repo");
        kubebox.initialize("gate", "");
        withoutTimeout = waiting("session_id", S, "command", "sleep 30");
        withoutEnd = waiting("session_id", "gate", "command", "mkfifo gate; cat gate", "timeout", null);
        listener = SocketIo.connect(server.address, RealServer.TOKEN);
        pinged = CompletableFuture.runAsync(listener::awaitPing);
    }

    private static CompletableFuture<HttpResponse<String>> waiting(Object... fields) {
        HttpRequest request = server.request("/run_command")
                .POST(HttpRequest.BodyPublishers.ofString(body(fields)))
                .build();
        return HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    @AfterAll
    static void stop() throws Exception {
        listener.close();
        Kubebox.deleteAll(server);
        server.close();
    }

    private static void says(HttpResponse<String> response, int status, String json) throws Exception {
        assertThat(response.body()).contains(json);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Kubebox.JSON.readTree(response.body()).isObject()).isTrue();
    }

    // ---- validation

    @Test
    void somebodyIsThere() throws Exception {
        HttpResponse<String> hello = server.get("/");
        says(hello, 200, "{\"message\":\"Hello, World!\"}");
        assertThat(hello.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        says(server.get("/items/42"), 200, "{\"item_id\":42}");
        says(server.get("/items/x"), 422, "\"loc\":[\"path\",\"item_id\"]");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
        /initialize         | {"path": ""}                                            | {"type":"missing","loc":["body","session_id"],"msg":"Field required"}
        /initialize         | {"session_id": "x"}                                     | {"type":"missing","loc":["body","path"],"msg":"Field required"}
        /initialize         | {"session_id": 1, "path": ""}                           | {"type":"string_type","loc":["body","session_id"],"msg":"Input should be a valid string"}
        /initialize         | {"session_id": "x", "path": "", "git_url": ""}          | {"type":"extra_forbidden","loc":["body","git_url"],"msg":"Extra inputs are not permitted"}
        /initialize         | {                                                       | {"type":"json_invalid","loc":["body"],"msg":"JSON decode error"}
        /initialize         | []                                                      | {"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object"}
        /run_command        | {"session_id": "x", "command": "x", "mode": "turbo"}    | {"type":"enum","loc":["body","mode"],"msg":"Input should be 'stream', 'wait' or 'background'"}
        /run_command        | {"session_id": "x", "command": "x", "timeout": 0}       | {"type":"greater_than","loc":["body","timeout"],"msg":"Input should be greater than 0"}
        /run_command        | {"session_id": "x", "command": "x", "timeout": "10"}    | {"type":"float_type","loc":["body","timeout"],"msg":"Input should be a valid number"}
        /kill_command       | {"session_id": "x", "process_id": "1"}                  | {"type":"int_type","loc":["body","process_id"],"msg":"Input should be a valid integer"}
        /kill_command       | {"session_id": "x", "process_id": 3000000000}           | {"type":"int_type","loc":["body","process_id"],"msg":"Input should be a valid integer"}
        /write_file         | {"session_id": "x", "file_path": "a", "content": null}  | {"type":"missing","loc":["body","content"],"msg":"Field required"}
        /write_file         | {"session_id": "x", "file_path": "a", "content": "", "make_dirs": 1} | {"type":"bool_type","loc":["body","make_dirs"],"msg":"Input should be a valid boolean"}
        /write_file         | {"session_id": "x", "file_path": "a", "content": "\\ud83d"} | {"type":"string_unicode","loc":["body","content"],"msg":"Input should be a valid string, without halves of surrogate pairs"}
        """)
    void whatIsMissingUnknownOrOfAnotherTypeIsRefusedByName(String path, String body, String error) throws Exception {
        says(server.post(path, body), 422, error);
    }

    @Test
    void namesAreNoLongerThan255Characters() throws Exception {
        says(
                kubebox.post("/initialize", "session_id", "x".repeat(256), "path", ""),
                422,
                "\"type\":\"string_too_long\"");
        kubebox.initialize("x".repeat(255), "");
    }

    @Test
    void queriesAreLookedAtAlike() throws Exception {
        says(server.get("/read_file"), 422, "\"loc\":[\"query\",\"session_id\"]");
        says(server.get("/read_file?session_id=x&file_path=y&z=1"), 422, "\"loc\":[\"query\",\"z\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"never initialized", "3fa85f64-5717-4562-b3fc-2c963f66afa6", ""})
    void aSessionThatWasNotInitializedIsNotFound(String session) throws Exception {
        String none = "{\"detail\":\"Session not found\"}";
        says(kubebox.post("/run_command", "session_id", session, "command", "true"), 400, none);
        says(kubebox.post("/kill_all_processes", "session_id", session), 400, none);
        says(server.get("/file_exists" + query("session_id", session, "file_path", "a")), 400, none);
    }

    // ---- commands

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        echo out; echo err >&2      | out\\n        | err\\n | 0
        exit 3                      | ''            | ''     | 3
        kill -TERM $$               | ''            | ''     | -15
        printf 'a\\377\\303b'       | a\uFFFD\uFFFDb | ''    | 0
        no-such-program 2>/dev/null | ''            | ''     | 127
        """)
    void waitGivesOutputAndExitCode(String command, String stdout, String stderr, int exit) throws Exception {
        JsonNode result = kubebox.run(S, command);
        assertThat(result.path("stdout").asText()).isEqualTo(stdout.translateEscapes());
        assertThat(result.path("stderr").asText()).isEqualTo(stderr.translateEscapes());
        assertThat(result.path("exit_code").asInt(-99)).isEqualTo(exit);
        assertThat(result.path("finished").asBoolean()).isEqualTo(exit == 0);
    }

    @Test
    void aCommandThatTakesTooLongIsEndedAndSaysSo() throws Exception {
        JsonNode result = kubebox.posted(
                "/run_command", "session_id", S, "command", "sleep 1001", "mode", "wait", "timeout", 0.5);
        assertThat(result.toString()).isEqualTo("{\"error\":\"Command timed out\",\"finished\":false}");
        assertThat(kubebox.run(S, "pgrep -f '[s]leep 1001'").path("stdout").asText())
                .isEmpty();
    }

    @Test
    @Order(LAST - 1)
    void whoSaysNoTimeoutHasTenSeconds() {
        assertThat(withoutTimeout.join().body().strip())
                .isEqualTo("{\"error\":\"Command timed out\",\"finished\":false}");
    }

    @Test
    @Order(LAST)
    void whileOneSessionWaitsOthersAreServedAndPingsGoOn() throws Exception {
        assertThat(kubebox.run(S, "echo served").path("stdout").asText()).isEqualTo("served\n");
        pinged.join(); // 25 seconds after it came
        listener.emit("check_status", "{\"session_id\":\"" + S + "\",\"process_id\":99999}");
        assertThat(listener.next("status").path("running").isNull()).isTrue();
        assertThat(withoutEnd).isNotDone();

        kubebox.run("gate", "echo through > gate");
        assertThat(Kubebox.JSON
                        .readTree(withoutEnd.join().body())
                        .path("stdout")
                        .asText())
                .isEqualTo("through\n");
    }

    @Test
    void whoWaitsLongHearsSpacesMeanwhile() throws Exception {
        String answer = kubebox.post("/run_command", "session_id", S, "command", "sleep 1; echo x", "timeout", null)
                .body();
        assertThat(answer).startsWith("  ").endsWith("\"finished\":true}");
    }

    @Test
    void commandsBeginInTheSessionsFolderOnceItIsThereAndRelativePathsBelowIt() throws Exception {
        kubebox.initialize("cwd", "later");
        assertThat(kubebox.run("cwd", "pwd; mkdir -p later/below")
                        .path("stdout")
                        .asText())
                .isEqualTo("/workspace\n");
        assertThat(kubebox.run("cwd", "pwd").path("stdout").asText()).isEqualTo("/workspace/later\n");
        assertThat(kubebox.posted("/run_command", "session_id", "cwd", "command", "pwd", "path", "below")
                        .path("stdout")
                        .asText())
                .isEqualTo("/workspace/later/below\n");
        assertThat(kubebox.posted("/run_command", "session_id", "cwd", "command", "pwd", "path", "/usr")
                        .path("stdout")
                        .asText())
                .isEqualTo("/usr\n");
        assertThat(kubebox.posted("/run_command", "session_id", "cwd", "command", "pwd", "path", "missing")
                        .path("stderr")
                        .asText())
                .contains("/workspace/later/missing");
    }

    @Test
    void killEndsTheWholeTreeAndMayBeRepeated() throws Exception {
        int process = kubebox.start(S, "background", "setsid sleep 1002 & sleep 1002");
        for (int i = 0; i < 2; i++) {
            assertThat(kubebox.posted("/kill_command", "session_id", S, "process_id", process)
                            .toString())
                    .isEqualTo("{\"status\":\"killed\",\"exit_code\":-9}");
        }
        assertThat(kubebox.run(S, "pgrep -f '[s]leep 1002'").path("stdout").asText())
                .isEmpty();
        says(
                kubebox.post("/kill_command", "session_id", S, "process_id", 99_999),
                404,
                "{\"detail\":\"No such process\"}");
    }

    @Test
    void howAKilledProcessEndedIsNotKnownBeforeItsOutputIsRead() throws Exception {
        int process = kubebox.start(S, "stream", "yes $(head -c 50000 /dev/zero | tr '\\0' y)");
        kubebox.awaitFull(S, process);
        Object[] it = {"session_id", S, "process_id", process};
        assertThat(kubebox.posted("/kill_command", it).toString())
                .isEqualTo("{\"status\":\"killed\",\"exit_code\":null}");
        try (SocketIo client = SocketIo.connect(server.address, RealServer.TOKEN)) {
            client.follow(S, process, 0);
            assertThat(client.untilExit(process)).hasSizeGreaterThan(50).endsWith("exit -9");
        }
        assertThat(kubebox.posted("/kill_command", it).path("exit_code").asInt())
                .isEqualTo(-9);
    }

    @Test
    void killAllEndsWhatTheSessionRunsAndNothingElse() throws Exception {
        kubebox.initialize("to be killed", "");
        var processes = new ArrayList<Integer>();
        for (String mode : new String[] {"background", "stream", "background"}) {
            processes.add(kubebox.start("to be killed", mode, "sleep 1003"));
        }
        int other = kubebox.start(S, "background", "sleep 1004");
        assertThat(kubebox.posted("/kill_all_processes", "session_id", "to be killed")
                        .toString())
                .isEqualTo("{\"success\":true,\"failed_processes\":[]}");
        assertThat(kubebox.run("to be killed", "pgrep -f '[s]leep 1003'")
                        .path("stdout")
                        .asText())
                .isEmpty();
        assertThat(kubebox.run(S, "pgrep -f '[s]leep 1004'").path("stdout").asText())
                .isNotEmpty();
        kubebox.posted("/kill_command", "session_id", S, "process_id", other);
    }

    // ---- files

    @Test
    void filesAreWrittenReadAndDeleted() throws Exception {
        kubebox.initialize("files", "/workspace/not/there/yet");
        String[] file = {"session_id", "files", "file_path", "a/b.txt"};
        says(
                kubebox.post("/write_file", "session_id", "files", "file_path", "a/b.txt", "content", "x"),
                500,
                "{\"detail\":\"Error writing file: ");
        String done = "{\"status\":\"success\"}";
        assertThat(kubebox.posted(
                                "/write_file",
                                "session_id",
                                "files",
                                "file_path",
                                "a/b.txt",
                                "content",
                                "hällo\0",
                                "make_dirs",
                                true)
                        .toString())
                .isEqualTo(done);
        assertThat(kubebox.got("/read_file", file).path("content").asText()).isEqualTo("hällo\0");
        assertThat(kubebox.got("/read_file", "session_id", "files", "file_path", "/workspace/not/there/yet/a/b.txt")
                        .path("content")
                        .asText())
                .isEqualTo("hällo\0");
        assertThat(kubebox.posted("/make_dirs", "session_id", "files", "file_path", "c/d")
                        .toString())
                .isEqualTo(done);
        assertThat(kubebox.got("/file_exists", "session_id", "files", "file_path", "c")
                        .toString())
                .isEqualTo("{\"exists\":true}");
        says(kubebox.post("/delete_file", "session_id", "files", "file_path", "c"), 500, "it is a folder");
        assertThat(kubebox.posted("/delete_file", "session_id", "files", "file_path", "a/b.txt")
                        .toString())
                .isEqualTo(done);
        says(kubebox.post("/delete_file", "session_id", "files", "file_path", "a/b.txt"), 500, "Error deleting file: ");
        says(server.get("/read_file" + query(file)), 404, "{\"detail\":\"File not found\"}");
        says(server.get("/get_file" + query(file)), 404, "{\"detail\":\"File not found\"}");
        assertThat(kubebox.got("/file_exists", file).toString()).isEqualTo("{\"exists\":false}");
    }

    @Test
    void binaryFilesComeByGetFileAndAreNoText() throws Exception {
        kubebox.run(S, "mkdir -p repo; head -c 3000000 /dev/urandom > repo/binary; sha256sum < repo/binary > repo/sum");
        HttpResponse<byte[]> file = HttpClient.newHttpClient()
                .send(
                        server.request("/get_file?session_id=a+session&file_path=binary")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        String sum = kubebox.got("/read_file", "session_id", S, "file_path", "sum")
                .path("content")
                .asText();
        assertThat(sum).startsWith(Kubebox.sha256(file.body()));
        says(server.get("/read_file?session_id=a+session&file_path=binary"), 500, "it is no UTF-8; use /get_file");
        assertThat(file.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void textIsReadWholeWhereverItIsCut() throws Exception {
        kubebox.initialize("text", "");
        kubebox.run(
                "text",
                "yes 'x\u20ac\ud83d\ude00' | head -n 500000 > text; head -c 8388608 /dev/zero | tr '\\0' z > most; cat most text > more");
        assertThat(kubebox.got("/read_file", "session_id", "text", "file_path", "text")
                        .path("content")
                        .asText())
                .isEqualTo("x\u20ac\ud83d\ude00\n".repeat(500_000));
        assertThat(kubebox.got("/read_file", "session_id", "text", "file_path", "most")
                        .path("content")
                        .asText())
                .hasSize(8 << 20);
        says(
                server.get("/read_file" + query("session_id", "text", "file_path", "more")),
                500,
                "it has more than 8388608 characters; use /get_file");
    }

    @Test
    void pathsAreFoundAtAllDepthsByAnyOfThePatterns() throws Exception {
        kubebox.initialize("tree", "tree");
        kubebox.run(
                "tree",
                "mkdir -p tree/src/deep tree/node_modules/x; cd tree; touch a.md src/b.py src/deep/c.py node_modules/x/d.py; ln -s / out");
        assertThat(paths())
                .containsExactlyInAnyOrder("a.md", "src/b.py", "src/deep/c.py", "node_modules/x/d.py", "out");
        assertThat(paths("\\.md$", "^src/[^/]*$")).containsExactlyInAnyOrder("a.md", "src/b.py");
        assertThat(paths("^(?P<all>src/.*)\\.py\\Z")).containsExactlyInAnyOrder("src/b.py", "src/deep/c.py");
        assertThat(paths("nothing like that")).isEmpty();
    }

    private static List<String> paths(String... regexes) throws Exception {
        var query = new StringBuilder(query("session_id", "tree"));
        for (String regex : regexes) {
            query.append(query("regexes", regex).replace('?', '&'));
        }
        var paths = new ArrayList<String>();
        kubebox.got("/get_all_file_paths" + query).forEach(path -> paths.add(path.asText()));
        return paths;
    }

    // ---- sessions

    @Test
    void aSandboxOfOnesOwnIsASessionByItsId() throws Exception {
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
                var sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            sandbox.files().write("here", "it is");
            String id = sandbox.id().toString();
            kubebox.initialize(id, "");
            assertThat(kubebox.run(id, "cat here").path("stdout").asText()).isEqualTo("it is");
        }
    }

    @Test
    void aSessionThatNobodyUsesExpiresAndIsAnotherWhenInitializedAgain() throws Exception {
        try (var brief = new RealServer(
                        HOME.resolveSibling("kubebox-brief"),
                        "-Dsandjar.kubebox.template=brief",
                        "-Dsandjar.templates.brief.idle=3s");
                var sandboxes = Sandboxes.open(brief.address.toString(), RealServer.TOKEN)) {
            var client = new Kubebox(brief);
            client.initialize("brief", "");
            List<SandboxId> first = running(sandboxes);
            assertThat(first).hasSize(1);
            Waiting.until("it has expired", () -> running(sandboxes).isEmpty());
            says(
                    client.post("/run_command", "session_id", "brief", "command", "true"),
                    400,
                    "{\"detail\":\"Session not found\"}");

            client.initialize("brief", "");
            assertThat(running(sandboxes)).hasSize(1).doesNotContainAnyElementsOf(first);
            Kubebox.deleteAll(brief);
        }
    }

    private static List<SandboxId> running(Sandboxes sandboxes) {
        return sandboxes.list(Set.of(SandboxState.RUNNING), 0, 100).sandboxes().stream()
                .map(SandboxInfo::id)
                .toList();
    }

    @Test
    void initializedAgainASessionChangesItsFolderAndKeepsTheRest() throws Exception {
        kubebox.initialize("again", "one");
        int process = kubebox.start("again", "background", "sleep 1005");
        kubebox.run("again", "mkdir one two");
        kubebox.initialize("again", "two");
        assertThat(kubebox.run("again", "pwd").path("stdout").asText()).isEqualTo("/workspace/two\n");
        kubebox.posted("/kill_command", "session_id", "again", "process_id", process);
    }

    @Test
    void manyWhoInitializeOneSessionAtOnceGetOneSandbox() throws Exception {
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 5; i++) {
            all.add(CompletableFuture.runAsync(() -> {
                try {
                    kubebox.initialize("at once", "");
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN)) {
            assertThat(sandboxes.list(0, 100).sandboxes().stream()
                            .filter(info ->
                                    info.spec().metadata().values().toString().contains("at once")))
                    .hasSize(1);
        }
    }
}
