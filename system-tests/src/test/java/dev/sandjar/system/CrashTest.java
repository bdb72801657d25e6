package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxId;
import dev.sandjar.Sandboxes;
import dev.sandjar.engine.Engine;
import dev.sandjar.engine.EngineConfig;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import dev.sandjar.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left when a server is killed: everything that has a lease, and nothing else. */
@Timeout(180)
class CrashTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/crash");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aRestartedServerFindsItsSandboxesAndTheirFiles() throws Exception {
        String id;
        try (var first = new RealServer(HOME)) {
            id = JSON.readTree(first.post("/sessions", "{\"metadata\": {\"n\": 1}}")
                            .body())
                    .path("sessionId")
                    .asText();
            first.post(
                    "/sessions/" + id + "/commands",
                    "{\"command\": \"echo kept > file; sleep 1000 > /dev/null 2>&1 &\"}");
            first.kill();
        }
        try (var second = new RealServer(HOME)) {
            JsonNode found = JSON.readTree(second.get("/sessions/" + id).body());
            assertThat(found.path("metadata").path("n").asInt()).isEqualTo(1);
            String script = "{\"command\": \"cat file; cat /proc/[0-9]*/comm | grep -c '^sleep$'\"}";
            assertThat(JSON.readTree(second.post("/sessions/" + id + "/commands", script)
                                    .body())
                            .path("stdout")
                            .asText())
                    .isEqualTo("kept\n1\n");
            assertThat(second.method("DELETE", "/sessions/" + id, "").statusCode())
                    .isEqualTo(200);
        }
        assertNothingIsLeft();
    }

    @Test
    void aCommandGoesOnAndItsOutputIsComplete() throws Exception {
        SandboxId id;
        dev.sandjar.CommandId command;
        try (var engine = open()) {
            Sandbox sandbox = engine.sandboxes("me")
                    .create(dev.sandjar.SandboxSpec.builder().build());
            id = sandbox.id();
            var running =
                    sandbox.start(CommandSpec.shell("for i in $(seq 300); do echo line $i; sleep 0.01; done; exit 9"));
            running.output().next();
            command = running.id();
        } // the links are cut; nobody has said goodbye to the command
        try (var engine = open()) {
            Sandboxes sandboxes = engine.sandboxes("me");
            try (var again = sandboxes.get(id).attach(command, 0)) {
                var text = new StringBuilder();
                again.output().forEachRemaining(next -> {
                    var chunk = (Output.Chunk) next;
                    text.append(java.nio.charset.StandardCharsets.UTF_8.decode(
                            chunk.bytes().duplicate()));
                });
                assertThat(text.toString().lines()).hasSize(300).last().isEqualTo("line 300");
                assertThat(again.await()).isEqualTo(new Ending.Exited(9));
            }
            sandboxes.get(id).delete();
        }
        assertNothingIsLeft();
    }

    @Test
    void aServerThatIsKilledInTheMiddleOfCreatesLeavesNothingWithoutALease() throws Exception {
        for (int round = 0; round < 5; round++) {
            var server = new RealServer(HOME);
            for (int i = 0; i < 4; i++) {
                Thread.ofVirtual().start(() -> {
                    try {
                        for (int k = 0; k < 100; k++) {
                            server.post("/sessions", "{\"ttl\": 600}");
                        }
                    } catch (Exception killed) {
                        // as it is meant to be
                    }
                });
            }
            int enough = 3 + round;
            Waiting.until(
                    "some are made",
                    () -> JSON.readTree(server.get("/sessions").body())
                                    .path("total")
                                    .asInt()
                            >= enough);
            server.kill();
        }
        try (var last = new RealServer(HOME)) {
            var known = new TreeSet<String>();
            for (int offset = 0; ; offset += 100) {
                JsonNode page = JSON.readTree(
                                last.get("/sessions?limit=100&offset=" + offset).body())
                        .path("sessions");
                page.forEach(session -> known.add(session.path("sessionId").asText()));
                if (page.size() < 100) {
                    break;
                }
            }
            assertThat(folders()).isEqualTo(known);
            for (String id : known) {
                assertThat(last.method("DELETE", "/sessions/" + id, "").statusCode())
                        .isEqualTo(200);
            }
        }
        assertNothingIsLeft();
    }

    @Test
    void aServerThatIsKilledInTheMiddleOfDeletesLeavesWholeSandboxesOrNone() throws Exception {
        var server = new RealServer(HOME);
        var ids = new ConcurrentLinkedQueue<String>();
        for (int i = 0; i < 12; i++) {
            ids.add(JSON.readTree(server.post("/sessions", "{}").body())
                    .path("sessionId")
                    .asText());
        }
        var deleted = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            Thread.ofVirtual().start(() -> {
                try {
                    for (String id = ids.poll(); id != null; id = ids.poll()) {
                        server.method("DELETE", "/sessions/" + id, "");
                        deleted.countDown();
                    }
                } catch (Exception killed) {
                    // as it is meant to be
                }
            });
        }
        assertTrue(deleted.await(60, TimeUnit.SECONDS), "nothing was deleted");
        server.kill();
        try (var last = new RealServer(HOME)) {
            var left = new TreeSet<String>();
            for (JsonNode session :
                    JSON.readTree(last.get("/sessions?limit=100").body()).path("sessions")) {
                String id = session.path("sessionId").asText();
                left.add(id);
                assertThat(JSON.readTree(last.post("/sessions/" + id + "/commands", "{\"command\": \"echo whole\"}")
                                        .body())
                                .path("stdout")
                                .asText())
                        .isEqualTo("whole\n");
            }
            assertThat(folders()).isEqualTo(left);
            for (String id : left) {
                last.method("DELETE", "/sessions/" + id, "");
            }
        }
        assertNothingIsLeft();
    }

    @Test
    void aSandboxWhoseAgentIsKilledIsToldAsLost() throws Exception {
        try (var server = new RealServer(HOME)) {
            String id = JSON.readTree(server.post("/sessions", "{}").body())
                    .path("sessionId")
                    .asText();
            String pid = Files.readAllLines(Path.of("/sys/fs/cgroup/pids/sandjar", id, "cgroup.procs"))
                    .getFirst();
            ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
            JsonNode answer = JSON.readTree(server.post("/sessions/" + id + "/commands", "{\"command\": \"true\"}")
                    .body());
            assertThat(answer.path("error").asText()).isEqualTo("SANDBOX_LOST");
            assertThat(server.method("DELETE", "/sessions/" + id, "").statusCode())
                    .isEqualTo(200);
        }
        assertNothingIsLeft();
    }

    private static Engine open() {
        var runtime = ServiceLoader.load(SandboxRuntimeProvider.class)
                .iterator()
                .next()
                .open(Map.of("home", HOME.toString()));
        return Engine.open(runtime, EngineConfig.builder().resident(true).build());
    }

    private static TreeSet<String> folders() throws Exception {
        var names = new TreeSet<String>();
        try (var folders = Files.list(HOME.resolve("sandboxes"))) {
            folders.forEach(folder -> names.add(folder.getFileName().toString()));
        }
        return names;
    }

    private static void assertNothingIsLeft() throws Exception {
        assertThat(folders()).isEmpty();
        try (var left = Files.list(HOME.resolve("ranges"))) {
            assertThat(left).isEmpty();
        }
    }
}
