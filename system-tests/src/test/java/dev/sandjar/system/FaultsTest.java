package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile or unlucky callers do, and that others do not notice. */
@Timeout(120)
class FaultsTest {
    private static final Path ROOT = Path.of("/var/lib/sandjar-test");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Quotas count all there is, and a run that was cut may have left some. */
    @BeforeAll
    static void deleteWhatIsLeft() throws Exception {
        try (var server = new RealServer(ROOT.resolve("faults"))) {
            for (String token : List.of(RealServer.TOKEN, RealServer.OTHER_TOKEN)) {
                try (var sandboxes = Sandboxes.open(server.address.toString(), token)) {
                    for (SandboxInfo left : sandboxes.list(0, 100).sandboxes()) {
                        sandboxes.get(left.id()).delete();
                    }
                }
            }
        }
    }

    @Test
    void aForkBombAndAMemoryHogHarmTheirOwnSandboxAlone() throws Exception {
        try (var server = new RealServer(
                ROOT.resolve("faults"),
                "-Dsandjar.templates.small.pids=48",
                "-Dsandjar.templates.small.cpu=0.5",
                "-Dsandjar.templates.small.memory=67108864")) {
            String hostile = create(server, "{\"template\": \"small\"}");
            String other = create(server, "{}");

            var bomb = begin(() -> run(server, hostile, "f() { f | f & }; f; sleep 100", 3));
            assertThat(run(server, other, "echo unharmed", 10).path("stdout").asText())
                    .isEqualTo("unharmed\n");
            JsonNode bombed = bomb.get(30, TimeUnit.SECONDS);
            assertThat(bombed.path("status").asText()).isEqualTo("timeout");
            assertThat(bombed.path("stderr").asText()).contains("Resource temporarily unavailable");
            assertThat(run(server, hostile, "ls -d /proc/[0-9]* | wc -l", 10)
                            .path("stdout")
                            .asText()
                            .strip())
                    .as("processes left: the agent, the shell and its pipe")
                    .matches("[1-5]");

            JsonNode hog = run(server, hostile, "python3 -c 'x = b\"x\" * (1 << 30)'", 30);
            assertThat(hog.path("status").asText()).isEqualTo("failed");
            assertThat(hog.path("exitCode").asInt()).isEqualTo(137);
            assertThat(hog.path("reason").asText()).isEqualTo("out of memory");
            assertThat(run(server, hostile, "echo alive", 10).path("stdout").asText())
                    .isEqualTo("alive\n");
            delete(server, hostile, other);
        }
    }

    /** The worst output there is: of each of its bytes JSON makes six. */
    @ParameterizedTest(name = "an answer begins after {0}")
    @ValueSource(strings = {"60s", "100ms"})
    void aGigabyteOfOutputToReadersWhoPauseIsBoundedAndOthersAreServed(String keepAlive) throws Exception {
        try (var server = new RealServer(
                ROOT.resolve("faults"), "-XX:+ExitOnOutOfMemoryError", "-Dsandjar.keep-alive=" + keepAlive)) {
            String id = create(server, "{}");
            String body = "{\"command\": \"head -c 1000000000 /dev/zero\", \"timeout\": 60}";
            try (var http = HttpClient.newHttpClient()) {
                var request = server.request("/sessions/" + id + "/commands")
                        .POST(BodyPublishers.ofString(body))
                        .build();
                var one = http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
                var two = http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
                try (InputStream first = one.get(60, TimeUnit.SECONDS).body();
                        InputStream second = two.get(60, TimeUnit.SECONDS).body()) {
                    assertThat(run(server, id, "echo unharmed", 30)
                                    .path("stdout")
                                    .asText())
                            .as("while nobody reads the two")
                            .isEqualTo("unharmed\n");
                    for (InputStream answer : new InputStream[] {first, second}) {
                        Summary summary = Summary.of(answer, "\\u0000");
                        assertThat(summary.found).isEqualTo(16 << 20);
                        assertThat(summary.end).contains("\"droppedBytes\":" + (1_000_000_000 - (16 << 20)));
                    }
                }
            }
            delete(server, id);
        }
    }

    /** Bytes that are no text are the largest in memory, and these commands write as much as is kept to both streams. */
    @Test
    void manyLargeAnswersToReadersWhoPauseFillNobodysMemory() throws Exception {
        try (var server = new RealServer(ROOT.resolve("faults"), "-XX:+ExitOnOutOfMemoryError")) {
            String id = create(server, "{}");
            String body = "{\"command\": \"head -c 16777216 /dev/urandom | tee /dev/stderr\", \"timeout\": 10}";
            var request = server.request("/sessions/" + id + "/commands")
                    .POST(BodyPublishers.ofString(body))
                    .build();
            try (var http = HttpClient.newHttpClient()) {
                var answers = new ArrayList<CompletableFuture<HttpResponse<InputStream>>>();
                for (int i = 0; i < 8; i++) {
                    answers.add(http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream()));
                }
                for (var answer : answers) {
                    assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
                }
                assertThat(run(server, id, "echo unharmed", 30).path("stdout").asText())
                        .as("while nobody reads them")
                        .isEqualTo("unharmed\n");
                for (var answer : answers) {
                    try (InputStream content = answer.get().body()) {
                        assertThat(Summary.of(content, "\"exitCode\"").found()).isOne();
                    }
                }
            }
            delete(server, id);
        }
    }

    /** Held whole, each of these lists would be a quarter of the server's memory. */
    @Test
    void manyLargeFoldersAtOnceToReadersWhoPauseFillNobodysMemory() throws Exception {
        try (var server = new RealServer(ROOT.resolve("faults"), "-XX:+ExitOnOutOfMemoryError")) {
            String id = create(server, "{}");
            String script = "import os\nfor i in range(12): os.mkdir('d' * 250); os.chdir('d' * 250)\n"
                    + "for i in range(20000): os.close(os.open('%0255d' % i, os.O_CREAT))";
            assertThat(run(server, id, "python3 -c \"" + script + "\"", 60)
                            .path("exitCode")
                            .asInt())
                    .isZero();
            var request = server.request("/sessions/" + id + "/files?path=" + ("d".repeat(250) + "/").repeat(12))
                    .build();
            try (var http = HttpClient.newHttpClient()) {
                var answers = new ArrayList<CompletableFuture<HttpResponse<InputStream>>>();
                for (int i = 0; i < 6; i++) {
                    answers.add(http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream()));
                }
                for (var answer : answers) {
                    assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
                }
                assertThat(run(server, id, "echo unharmed", 30).path("stdout").asText())
                        .as("while nobody reads them")
                        .isEqualTo("unharmed\n");
                for (var answer : answers) {
                    try (InputStream body = answer.get().body()) {
                        assertThat(Summary.of(body, "\"modifiedAt\"").found()).isEqualTo(20_000);
                    }
                }
            }
            delete(server, id);
        }
    }

    @Test
    void aFullDiskIsToldAndNothingHalfIsLeft() throws Exception {
        Path home = Files.createDirectories(ROOT.resolve("full"));
        machine("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", home.toString());
        try (var server = new RealServer(home)) {
            String id = create(server, "{}");
            String files = "/sessions/" + id + "/files";
            var upload = server.send(
                    server.request(files + "?path=big").POST(BodyPublishers.ofByteArray(new byte[64 << 20])));
            assertThat(upload.statusCode()).as(upload.body()).isEqualTo(507);
            assertThat(JSON.readTree(upload.body()).path("error").asText()).isEqualTo("DISK_FULL");
            assertThat(JSON.readTree(server.get(files).body()).path("files")).isEmpty();

            JsonNode filled = run(server, id, "head -c 100M /dev/zero > all", 30);
            assertThat(filled.path("exitCode").asInt()).isEqualTo(1);
            assertThat(filled.path("stderr").asText()).contains("No space left on device");
            var another = server.post("/sessions", "{}");
            assertThat(another.statusCode()).as(another.body()).isBetween(500, 507);
            assertThat(another.body()).doesNotContain(home.toString(), "Exception");

            assertThat(server.method("DELETE", files + "/all", "").statusCode()).isEqualTo(204);
            delete(server, create(server, "{}"), id);
        } finally {
            machine("umount", home.toString());
        }
    }

    @Test
    void quotasAreTold() throws Exception {
        try (var server = new RealServer(
                ROOT.resolve("faults"), "-Dsandjar.limits.sandboxes-per-owner=1", "-Dsandjar.limits.sandboxes=2")) {
            String mine = create(server, "{}");
            refused(server.post("/sessions", "{}"), 429, "QUOTA_EXCEEDED", true);
            var bobs = server.send(HttpRequest.newBuilder(server.address.resolve("/sessions"))
                    .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN)
                    .POST(BodyPublishers.noBody()));
            assertThat(bobs.statusCode()).as("bob has room").isEqualTo(200);
            delete(server, mine);
            String again = create(server, "{}");
            delete(server, again);
            var deleted = server.send(HttpRequest.newBuilder(server.address.resolve("/sessions/"
                            + JSON.readTree(bobs.body()).path("sessionId").asText()))
                    .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN)
                    .DELETE());
            assertThat(deleted.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aFullPlaceAndALateCreateAreTold() throws Exception {
        try (var server = new RealServer(ROOT.resolve("faults"), "-Dsandjar.limits.sandboxes=1")) {
            String mine = create(server, "{}");
            refused(server.post("/sessions", "{}"), 503, "NO_CAPACITY", true);
            delete(server, mine);
        }
        try (var server = new RealServer(ROOT.resolve("faults"), "-Dsandjar.limits.create=1ms")) {
            refused(server.post("/sessions", "{}"), 504, "DEADLINE_EXCEEDED", true);
            assertThat(JSON.readTree(server.get("/sessions").body())
                            .path("total")
                            .asInt())
                    .isZero();
        }
        try (var left = Files.list(ROOT.resolve("faults/sandboxes"))) {
            assertThat(left).isEmpty();
        }
    }

    // ----

    /** What a long answer says, read a piece at a time. */
    private record Summary(int found, String end) {
        static Summary of(InputStream in, String what) throws Exception {
            byte[] escape = what.getBytes(StandardCharsets.US_ASCII);
            byte[] buffer = new byte[65_536];
            var end = new StringBuilder();
            int found = 0;
            int matched = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    matched = buffer[i] == escape[matched] ? matched + 1 : buffer[i] == escape[0] ? 1 : 0;
                    if (matched == escape.length) {
                        found++;
                        matched = 0;
                    }
                }
                end.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
                end.delete(0, Math.max(0, end.length() - 200));
            }
            return new Summary(found, end.toString());
        }
    }

    private static String create(RealServer server, String body) throws Exception {
        var answer = server.post("/sessions", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("sessionId").asText();
    }

    private static JsonNode run(RealServer server, String id, String command, int timeout) throws Exception {
        String body = JSON.createObjectNode()
                .put("command", command)
                .put("timeout", timeout)
                .toString();
        var answer = server.post("/sessions/" + id + "/commands", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static void delete(RealServer server, String... ids) throws Exception {
        for (String id : ids) {
            assertThat(server.method("DELETE", "/sessions/" + id, "").statusCode())
                    .isEqualTo(200);
        }
    }

    private static void refused(HttpResponse<String> answer, int status, String error, boolean retryable)
            throws Exception {
        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(body.path("error").asText()).isEqualTo(error);
        assertThat(body.path("details").path("retryable").asBoolean()).isEqualTo(retryable);
        assertThat(body.path("details").path("remedy").asText()).isNotEmpty();
    }

    private static FutureTask<JsonNode> begin(Callable<JsonNode> call) {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static void machine(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }
}
