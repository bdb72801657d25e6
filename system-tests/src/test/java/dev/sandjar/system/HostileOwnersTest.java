package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one owner, here Alice, can do to the server and to the others, here Bob. */
@Timeout(90)
class HostileOwnersTest {
    private static final int MANY = 600;
    private static final int SHARE = 33; // files, of half a third of 256 MB less a survivor space: errors.md

    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes alices;
    private static Sandboxes bobs;
    private static Sandbox sandbox;
    private static Sandbox bobsSandbox;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-XX:+ExitOnOutOfMemoryError", "-Xmx256m", "-Dsandjar.limits.body=5s");
        alices = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        bobs = Sandboxes.open(server.address.toString(), RealServer.OTHER_TOKEN);
        sandbox = alices.create(SandboxSpec.builder().build());
        bobsSandbox = bobs.create(SandboxSpec.builder().build());
        sandbox.run("truncate", "-s", "64M", "big");
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.delete();
        bobsSandbox.delete();
        alices.close();
        bobs.close();
        server.close();
    }

    @AfterEach
    void theServerStillServesOthers() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        assertThat(bobsSandbox.run("echo", "fine").stdout()).isEqualTo("fine\n");
    }

    private Socket send(String request) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4 * 1024);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress("127.0.0.1", server.address.getPort()));
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String head(String method, String path, String headers) {
        return method + " /v1/" + path.replace("ID", sandbox.id().toString())
                + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN + "\r\n" + headers + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"api/sandboxes/ID/files/content?path=big", "sessions/ID/files/big"})
    void filesThatNobodyReadsFillNobodysMemory(String path) throws Exception {
        for (int i = 0; i < MANY; i++) {
            send(head("GET", path, ""));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(bobsSandbox.run("echo", "served").stdout()).isEqualTo("served\n");
        }
    }

    @Test
    void uploadsThatStopFillNobodysMemory() throws Exception {
        for (int i = 0; i < MANY; i++) {
            send(head(
                            "POST",
                            "sessions/ID/files?path=up" + i,
                            "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 1000000\r\n")
                    + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"
                    + "x".repeat(14_000));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(bobsSandbox.run("echo", "served").stdout()).isEqualTo("served\n");
        }
    }

    @Test
    void whoHasItsShareOfTransfersIsToldToTryAgain() throws Exception {
        Socket last = send("");
        for (int i = 0; i < MANY; i++) {
            last = send(head("PUT", "api/sandboxes/ID/files/content?path=up" + i, "Content-Length: 1000\r\n"));
        }
        assertToldToTryAgain(last);
    }

    @ParameterizedTest
    @ValueSource(strings = {"api/sandboxes/ID/files/content?path=big", "sessions/ID/files/big"})
    void whoHasItsShareOfFilesThatItDoesNotReadIsToldToTryAgain(String path) throws Exception {
        for (int i = 0; i < SHARE; i++) {
            assertThat(status(send(head("GET", path, "")))).isEqualTo("HTTP/1.1 200");
        }
        assertToldToTryAgain(send(head("GET", path, "")));
    }

    @Test
    void rangesOfOutputThatNobodyReadsFillNobodysMemory() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.of("head", "-c", "2000000", "/dev/zero"))) {
            Waiting.until("it is written", () -> command.info().written() == 2_000_000);
            for (int i = 0; i < MANY; i++) {
                send(head("GET", "api/sandboxes/ID/commands/" + command.id() + "/log", ""));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(bobsSandbox.run("echo", "served").stdout()).isEqualTo("served\n");
            }
        }
    }

    /** No helper of the agent's can be started beside it. */
    @Test
    void aForkBombIsListedWhileItForksAndEnds() throws Exception {
        Sandbox bombed = alices.create(SandboxSpec.builder().pids(60).build());
        try (RunningCommand bomb = bombed.start(CommandSpec.of("python3", "-c", """
                import os
                while True:
                    try: os.fork()
                    except OSError: pass
                """))) {
            Waiting.until("it is full", () -> bombed.processes().size() > 50);
            for (int i = 0; i < 20; i++) {
                assertThat(bombed.processes())
                        .hasSizeBetween(50, 60)
                        .allSatisfy(process -> assertThat(process.command()).contains(bomb.id()));
            }
            bomb.kill();
            Waiting.until("all are gone", () -> bombed.processes().isEmpty());
        } finally {
            bombed.delete();
        }
    }

    private static void assertToldToTryAgain(Socket socket) throws IOException {
        assertThat(status(socket)).isEqualTo("HTTP/1.1 429");
        var answer = new StringBuilder();
        while (answer.indexOf("RATE_LIMITED") < 0) {
            answer.append((char) socket.getInputStream().read());
        }
        assertThat(answer).containsIgnoringCase("Retry-After: 1");
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    @Test
    void bodiesThatTrickleAreCutAndKeepNobodyWaiting() throws Exception {
        String request =
                head("POST", "sessions/ID/commands", "Content-Type: application/json\r\nContent-Length: 3000000\r\n");
        for (int i = 0; i < 4; i++) {
            Socket socket = send(request + "{\"command\":\"" + "x".repeat(80_000));
            Thread.ofVirtual().start(() -> trickle(socket));
        }
        assertThat(run("true #" + "y".repeat(100_000), 10).statusCode()).isEqualTo(200);
        for (Socket socket : sockets) {
            assertThat(status(socket)).isEqualTo("HTTP/1.1 504");
        }
    }

    private static void trickle(Socket socket) {
        try {
            while (!socket.isClosed()) {
                LockSupport.parkNanos(100_000_000);
                socket.getOutputStream().write('x');
            }
        } catch (IOException cut) {
            // as it should be
        }
    }

    /** Bob's. */
    private static HttpResponse<String> run(String command, int seconds) throws Exception {
        String json = new ObjectMapper()
                .createObjectNode()
                .put("command", command)
                .put("timeout", seconds)
                .toString();
        return server.send(
                HttpRequest.newBuilder(server.address.resolve("/v1/sessions/" + bobsSandbox.id() + "/commands"))
                        .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN)
                        .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    @Test
    void largeOutputsThatAreHeldLeaveRoomForOthers() throws Exception {
        for (int i = 0; i < 2; i++) {
            String json = "{\"command\": \"head -c 70000 /dev/zero | tr '\\\\0' x; touch held" + i
                    + "; sleep 20\", \"timeout\": 20}";
            send(head("POST", "sessions/ID/commands", "Content-Length: " + json.length() + "\r\n") + json);
            String file = "held" + i;
            Waiting.until("the output is held", () -> sandbox.run("ls").stdout().contains(file));
        }
        String answer = run("head -c 200000 /dev/zero | tr '\\0' x", 4).body();
        assertThat(answer)
                .contains("\"exitCode\":0")
                .doesNotContain("droppedBytes")
                .hasSizeGreaterThan(200_000);
    }

    @Test
    void channelsThatStandStillAreRefusedBeforeTheyFillTheMemory() throws Exception {
        var clients = new ArrayList<StreamClient>();
        String refused = "";
        int opened = 0;
        try (RunningCommand command = sandbox.start(CommandSpec.of("sleep", "60"))) {
            while (refused.isEmpty() && clients.size() < 20) {
                var client = new StreamClient(server, "/v1/api/sandboxes/" + sandbox.id() + "/stream");
                clients.add(client);
                for (int channel = 1; channel <= 1_000; channel++) {
                    client.sayAnything("{\"type\": \"attach\", \"channel\": " + channel + ", \"id\": \"" + command.id()
                            + "\", \"offset\": 0, \"window\": 0}");
                }
                for (int channel = 1; channel <= 1_000 && refused.isEmpty(); channel++) {
                    StreamClient.Heard answer = client.next();
                    if (answer.type().equals("opened")) {
                        opened++;
                    } else {
                        refused = answer.json().toString();
                    }
                }
            }
            assertThat(refused).contains("NO_CAPACITY", "as many channels open as there is room for");
            assertThat(opened).isBetween(3_000, 4_096); // half of an eighth of 256 MB less a survivor space
            assertThat(bobsSandbox.run("echo", "open").stdout()).isEqualTo("open\n"); // on a channel of his own
            for (StreamClient client : clients) {
                client.close();
            }
            Waiting.until("there is room again", () -> hasRoom());
            command.kill();
        } finally {
            clients.forEach(StreamClient::close);
        }
    }

    @Test
    void requestsThatAnAgentDoesNotAnswerAreRefusedBeforeTheyFillTheMemory() throws Exception {
        String large = "x".repeat(30_000); // twice: a body that waits for no turn
        Sandbox still = alices.create(SandboxSpec.builder().build());
        ProcessHandle agent = agentOf(still);
        var refused = new ArrayBlockingQueue<String>(300);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            signal(agent, "STOP");
            for (int i = 0; i < 300; i++) {
                callers.submit(() -> {
                    HttpResponse<String> answer = start(still, large);
                    if (answer.statusCode() != 204) {
                        refused.add(answer.body());
                    }
                    return null;
                });
            }
            try {
                assertThat(refused.poll(20, TimeUnit.SECONDS))
                        .contains("NO_CAPACITY", "as many requests wait for agents as there is room for");
                assertThat(bobsSandbox.run("sh", "-c", "echo $#", "sh", large).stdout())
                        .isEqualTo("1\n");
            } finally {
                signal(agent, "CONT");
            }
        }
        assertThat(refused).hasSizeBetween(150, 200); // of 8 MB less half a survivor space, 60 KB each
        assertThat(start(still, large).statusCode()).isEqualTo(204); // there is room again
        still.delete();
    }

    private static HttpResponse<String> start(Sandbox in, String argument) throws Exception {
        String json = "{\"argv\": [\"true\", \"" + argument + "\", \"" + argument + "\"]}";
        return server.send(HttpRequest.newBuilder(
                        server.address.resolve("/v1/api/sandboxes/" + in.id() + "/commands/" + UUID.randomUUID()))
                .header("Authorization", "Bearer " + RealServer.TOKEN)
                .PUT(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** The first process of a sandbox, as the machine sees it. */
    static ProcessHandle agentOf(Sandbox sandbox) {
        return ProcessHandle.allProcesses()
                .filter(process -> isIn(sandbox, process))
                .min(Comparator.comparing(ProcessHandle::pid))
                .orElseThrow();
    }

    private static boolean isIn(Sandbox sandbox, ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cgroup"))
                    .contains(sandbox.id().toString());
        } catch (IOException ended) {
            return false;
        }
    }

    static void signal(ProcessHandle process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static boolean hasRoom() throws Exception {
        try {
            return sandbox.run("echo", "room").stdout().equals("room\n");
        } catch (SandboxException full) {
            assertThat(full.code()).isEqualTo(ErrorCode.NO_CAPACITY);
            return false;
        }
    }
}
