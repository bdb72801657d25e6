package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server does between being asked to stop and having stopped. */
@Timeout(60)
class ShutdownTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/shutdown");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aRunInTheMiddleIsFinishedAndNobodyElseComesIn() throws Exception {
        String id;
        try (var server = new RealServer(HOME)) {
            id = create(server);
            try (var open = new Socket(server.address.getHost(), server.address.getPort())) {
                var run = begin(() -> server.post(
                        "/sessions/" + id + "/commands",
                        "{\"command\": \"touch begun; while [ ! -e stop ]; do sleep 0.05; done; echo finished\"}"));
                Waiting.until("it runs", () -> has(server, id, "begun"));
                ask(open);
                assertThat(status(open)).isEqualTo("HTTP/1.1 200");
                assertThat(rest(open)).contains("healthy");

                server.process().destroy();
                Waiting.until(
                        "new requests are refused", () -> server.get("/health").statusCode() == 503);
                for (String path : new String[] {"/sessions", "/v1/api/sandboxes"}) {
                    var refused = server.get(path);
                    assertThat(refused.statusCode()).isEqualTo(503);
                    assertThat(JSON.readTree(refused.body())
                                    .findValue("message")
                                    .asText())
                            .isEqualTo("the server is stopping");
                }
                ask(open);
                assertThat(status(open)).as("on a connection from before").isEqualTo("HTTP/1.1 503");
                assertThat(run.isDone()).isFalse();
                touchInside(id, "stop");

                HttpResponse<String> answer = run.get(20, TimeUnit.SECONDS);
                assertThat(answer.statusCode()).isEqualTo(200);
                JsonNode result = JSON.readTree(answer.body());
                assertThat(result.path("stdout").asText()).isEqualTo("finished\n");
                assertThat(result.path("exitCode").asInt()).isZero();
            }
            assertThat(server.exitCode()).isEqualTo(143);
        }
        deleted(id);
    }

    @Test
    void aRunThatTakesLongerIsCutAndLivesOn() throws Exception {
        String id;
        try (var server = new RealServer(HOME, "-Dquarkus.shutdown.timeout=1s", "-Dsandjar.keep-alive=200ms")) {
            id = create(server);
            var run = begin(() -> server.post(
                    "/sessions/" + id + "/commands",
                    "{\"command\": \"touch begun; while [ ! -e stop ]; do sleep 0.05; done; echo kept > file\"}"));
            Waiting.until("it runs", () -> has(server, id, "begun"));
            long start = System.nanoTime();
            server.process().destroy();
            assertThat(server.exitCode()).isEqualTo(143);
            assertThat((System.nanoTime() - start) / 1_000_000_000).isLessThan(10);
            assertThatThrownBy(() -> run.get(5, TimeUnit.SECONDS))
                    .as("nobody is told an ending that is not known")
                    .hasCauseInstanceOf(IOException.class);
        }
        try (var server = new RealServer(HOME)) {
            touchInside(id, "stop");
            Waiting.until("the command has ended by itself", () -> has(server, id, "file"));
            assertThat(server.method("DELETE", "/sessions/" + id, "").statusCode())
                    .isEqualTo(200);
        }
    }

    // ----

    private static String create(RealServer server) throws Exception {
        return JSON.readTree(server.post("/sessions", "{}").body())
                .path("sessionId")
                .asText();
    }

    private static void deleted(String id) throws Exception {
        try (var server = new RealServer(HOME)) {
            assertThat(server.method("DELETE", "/sessions/" + id, "").statusCode())
                    .isEqualTo(200);
        }
    }

    private static FutureTask<HttpResponse<String>> begin(Callable<HttpResponse<String>> call) {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static boolean has(RealServer server, String id, String file) throws Exception {
        return server.get("/sessions/" + id + "/files/" + file).statusCode() == 200;
    }

    /** By the machine's hand, because the server takes no requests any more. */
    private static void touchInside(String id, String file) throws IOException {
        String agent = Files.readAllLines(Path.of("/sys/fs/cgroup/pids/sandjar", id, "cgroup.procs"))
                .getFirst();
        Files.createFile(Path.of("/proc", agent, "root/workspace", file));
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    private static String rest(Socket socket) throws IOException {
        var text = new StringBuilder();
        while (!text.toString().endsWith("}")) {
            int c = socket.getInputStream().read();
            assertThat(c).as("after " + text).isNotNegative();
            text.append((char) c);
        }
        return text.toString();
    }
}
