package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.system.OpenSsh.Ran;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code CONNECT}: who is let in, on which paths, and what the connection does before and after SSH. */
@Timeout(60)
class SshTunnelTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static RealServer server;
    private static OpenSsh client;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(
                Path.of("/var/lib/sandjar-test/tunnel"),
                "QUARKUS_HTTP_IDLE_TIMEOUT=5s", // HTTP's, which is none of a tunnel's, but of any answer's
                "SANDJAR_SSH_LOGIN=2s",
                "SANDJAR_SSH_IDLE=7s",
                "SANDJAR_SSH_LONGEST=13s");
        client = new OpenSsh(folder, server);
        client.generate("ed25519", "key");
        id = client.session("key");
    }

    @AfterAll
    static void stop() throws Exception {
        server.method("DELETE", "/sessions/" + id, "");
        server.close();
    }

    // ---- the request

    @ParameterizedTest
    @CsvSource({
        "/sessions/%s, Proxy-Authorization: Bearer",
        "/sessions/%s/tunnel, Authorization: Bearer",
        "/sandboxes/%s, Proxy-Authorization: Bearer",
        "/sandboxes/%s/tunnel, Authorization: Bearer",
        "/v1/sessions/%s, Authorization: Bearer",
        "/v1/sessions/%s/tunnel, Proxy-Authorization: Bearer",
        "/v1/sandboxes/%s, X-API-Key:",
        "/v1/sandboxes/%s/tunnel, Proxy-Authorization: Bearer"
    })
    void everyPathAndHeaderOfEveryGenerationLeadsIn(String path, String header) throws Exception {
        String answer = asked("CONNECT " + path.formatted(id) + " HTTP/1.1\r\nHost: h\r\n" + header + " "
                + RealServer.TOKEN + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n"); // and nothing of SSH with it
    }

    @Test
    void aTunnelOfAnOlderProgramNeedsNoHost() throws Exception {
        String head = "CONNECT /sessions/" + id + " HTTP/1.0\r\nProxy-Authorization: Bearer " + RealServer.TOKEN;
        assertThat(asked(head + "\r\n\r\n")).startsWith("HTTP/1.0 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, /sessions/unknown-id, 404",
        "CONNECT, /sessions/00000000-0000-4000-8000-000000000000, 404",
        "CONNECT, /sessions, 405",
        "CONNECT, example.org:443, 404",
        "GET, /v1/sessions/00000000-0000-4000-8000-000000000000/tunnel, 405",
        "POST, /sandboxes/00000000-0000-4000-8000-000000000000/tunnel, 405"
    })
    void whatLeadsNowhereIsRefused(String method, String path, int status) throws Exception {
        String answer = asked(method + " " + path + " HTTP/1.1\r\nHost: h\r\nProxy-Authorization: Bearer "
                + RealServer.TOKEN + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.contains("Allow: ")).isEqualTo(status == 405);
    }

    @ParameterizedTest
    @CsvSource({"'', 401", "Bearer wrong, 401", "Basic YTpi, 401", "Bearer " + RealServer.OTHER_TOKEN + ", 404"})
    void whoeverIsNotKnownOrNotItsOwnerIsRefused(String credentials, int status) throws Exception {
        String header = credentials.isEmpty() ? "" : "Proxy-Authorization: " + credentials + "\r\n";
        assertThat(asked("CONNECT /sessions/" + id + " HTTP/1.1\r\nHost: h\r\n" + header + "\r\n"))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aPausedSandboxIsToldAsSuch() throws Exception {
        String paused = client.session("key");
        server.post("/sandboxes/" + paused + "/pause", "");
        assertThat(asked(head(paused))).startsWith("HTTP/1.1 503 ").contains("the sandbox is paused");
        server.method("DELETE", "/sessions/" + paused, "");
    }

    @Test
    void aSandboxWhoseAgentIsGoneIsToldAsLost() throws Exception {
        String lost = client.session("key");
        String pid = Files.readAllLines(Path.of("/sys/fs/cgroup/pids/sandjar", lost, "cgroup.procs"))
                .getFirst();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
        assertThat(asked(head(lost))).startsWith("HTTP/1.1 502 ");
        server.method("DELETE", "/sessions/" + lost, "");
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeBack() throws Exception {
        try (var strict = new RealServer(Path.of("/var/lib/sandjar-test/tunnel-limits"), "SANDJAR_LIMITS_REQUESTS=2")) {
            String unknown = "CONNECT /sessions/none HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + RealServer.TOKEN
                    + "\r\n\r\n";
            asked(strict, unknown);
            asked(strict, unknown);
            assertThat(asked(strict, unknown))
                    .startsWith("HTTP/1.1 429 ")
                    .contains(
                            "X-RateLimit-Limit: 2", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: ", "Retry-After: ");
        }
    }

    // ---- the connection

    @Test
    void aClientThatWaitsForTheServerToSpeakHearsIt() throws Exception {
        try (Socket socket = connected(server)) {
            send(socket, head(id));
            assertThat(until(socket, "SSH-2.0-")).contains("SSH-2.0-");
        }
    }

    @Test
    void aClientThatHasSentAllStillHearsTheAnswer() throws Exception {
        try (Socket socket = connected(server)) {
            send(socket, head(id));
            until(socket, "\r\n\r\n");
            send(socket, "SSH-2.0-half-closed\r\n");
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("SSH-2.0-");
        }
    }

    @Test
    void whatIsSaidInAnOpenConnectionIsActivityOfTheSandbox() throws Exception {
        Process ssh = new ProcessBuilder(client.ssh(id, List.of(), "cat"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        echo(ssh, "one");
        Instant first = lastActivity();
        echo(ssh, "two");
        assertThat(lastActivity()).isAfter(first);
        ssh.getOutputStream().close();
        assertThat(ssh.waitFor()).isZero();
    }

    private static void echo(Process cat, String line) throws IOException {
        cat.outputWriter().write(line + "\n");
        cat.outputWriter().flush();
        assertThat(cat.inputReader().readLine()).isEqualTo(line);
    }

    private static Instant lastActivity() throws Exception {
        return Instant.parse(JSON.readTree(server.get("/sessions/" + id).body())
                .path("lastActivityAt")
                .asText());
    }

    // ---- limits

    @Test
    void whoDoesNotLogInInTimeIsLetGo() throws Exception {
        try (Socket socket = connected(server)) {
            send(socket, head(id) + "SSH-2.0-slow\r\n");
            assertThat(socket.getInputStream().readAllBytes()).isNotEmpty(); // and then it ends
        }
    }

    @Test
    void aSilentConnectionEndsAndSaysWhy() throws Exception {
        Ran ran = client.run(client.ssh(id, List.of("-o", "LogLevel=INFO"), "sleep 30"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("7 s are over (limit sandjar.ssh.idle)");
    }

    @Test
    void aConnectionEndsAtItsLongestAlsoWhenItIsBusy() throws Exception {
        Ran ran = client.run(client.ssh(id, List.of("-o", "LogLevel=INFO"), "while sleep 0.5; do echo busy; done"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("13 s are over (limit sandjar.ssh.longest)");
    }

    @Test
    void aConnectionEndsWithItsSandbox() throws Exception {
        String brief = client.session("key");
        Process ssh = new ProcessBuilder(client.ssh(brief, List.of("-o", "LogLevel=INFO"), "echo in; cat"))
                .redirectErrorStream(true)
                .start();
        assertThat(ssh.inputReader().readLine()).isEqualTo("in");
        server.method("DELETE", "/sessions/" + brief, "");
        assertThat(ssh.waitFor()).isEqualTo(255);
        var said = new ArrayList<String>();
        ssh.inputReader().lines().forEach(said::add);
        assertThat(String.join("\n", said)).containsPattern("gone|lost");
    }

    // ----

    private static String head(String session) {
        return "CONNECT /sessions/" + session + " HTTP/1.1\r\nHost: h\r\nProxy-Authorization: Bearer "
                + RealServer.TOKEN + "\r\n\r\n";
    }

    private static Socket connected(RealServer to) throws IOException {
        var socket = new Socket("127.0.0.1", to.address.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String asked(String head) throws IOException {
        return asked(server, head);
    }

    private static String asked(RealServer of, String head) throws IOException {
        try (Socket socket = connected(of)) {
            send(socket, head);
            return until(socket, "\r\n\r\n");
        }
    }

    /** Also what came in the same piece with it. */
    private static String until(Socket socket, String end) throws IOException {
        var said = new StringBuilder();
        byte[] piece = new byte[4_096];
        while (said.indexOf(end) < 0) {
            int count = socket.getInputStream().read(piece);
            assertThat(count).as(said.toString()).isPositive();
            said.append(new String(piece, 0, count, StandardCharsets.ISO_8859_1));
        }
        return said.toString();
    }
}
