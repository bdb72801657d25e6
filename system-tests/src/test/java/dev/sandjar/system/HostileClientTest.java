package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that break the rules of the native API: they are told so where they can hear it, and nobody else notices. */
@Timeout(60)
class HostileClientTest {
    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;
    private static CommandId command;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-XX:+ExitOnOutOfMemoryError");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
        command = reading();
    }

    private static CommandId reading() {
        var spec = CommandSpec.builder(List.of("cat")).stdin(true).build();
        try (RunningCommand running = sandbox.start(spec)) {
            return running.id();
        }
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.delete();
        sandboxes.close();
        server.close();
    }

    @AfterEach
    void theServerStillServesOthers() throws Exception {
        assertThat(sandbox.run("echo", "fine").stdout()).isEqualTo("fine\n");
    }

    @Test
    void whoOnlyClaimsThatALargeFrameComesTakesNoMemory() throws Exception {
        byte[] claim = ("5\r\n" + "\5\0\20\0\0" + "\r\n").getBytes(StandardCharsets.ISO_8859_1); // 1 MiB of data
        String request = head("PUT", "files/content?path=claimed", "Transfer-Encoding: chunked");
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 400; i++) {
                Socket socket = connect();
                sockets.add(socket);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(claim);
            }
            assertThat(sandbox.run("echo", "served").stdout()).isEqualTo("served\n");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/sessions", "/v1/api/sandboxes"})
    void aBodyOfFewBytesThatSayMuchIsTooLarge(String path) throws Exception {
        String body = "{\"metadata\": {\"a\": [" + "{},".repeat(1_300_000) + "{}]}}";
        assertThat(server.post(path, body).statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/sessions", "/v1/api/sandboxes"})
    void manyLargeBodiesThatNeverEndFillNobodysMemory(String path) throws Exception {
        String request = "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN
                + "\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n";
        var sockets = new ArrayList<Socket>();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var begun = new CountDownLatch(100);
            for (int i = 0; i < 100; i++) {
                Socket socket = connect();
                sockets.add(socket);
                senders.submit(() -> {
                    OutputStream out = socket.getOutputStream();
                    out.write(request.getBytes(StandardCharsets.US_ASCII));
                    out.write(new byte[200_000]);
                    begun.countDown();
                    out.write(new byte[3_700_000]); // those that are not read wait here
                    return null;
                });
            }
            try {
                assertTrue(begun.await(50, TimeUnit.SECONDS), "nobody read the beginnings");
                for (int i = 0; i < 20; i++) {
                    assertThat(sandbox.run("echo", "served").stdout()).isEqualTo("served\n");
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close(); // which ends the senders
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"alg\":1e999999}", "{\"alg\":{}}", "[]", "{\"alg\":\"HS256\",\"crit\":1}", "{\"zip\":7}"})
    void aTokenThatIsNonsenseIsOneThatIsNotKnown(String header) throws Exception {
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(StandardCharsets.UTF_8))
                + ".e30.c2ln";
        var request = java.net.http.HttpRequest.newBuilder(server.address.resolve("/v1/sessions"))
                .header("Authorization", "Bearer " + token);
        assertThat(server.send(request).statusCode()).isEqualTo(401);
    }

    private static String head(String method, String path, String... headers) {
        String all = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return method + " /v1/api/sandboxes/" + sandbox.id() + "/" + path
                + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN + "\r\n" + all + "\r\n";
    }

    private static Socket connect() throws IOException {
        var socket = new Socket("127.0.0.1", server.address.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException ended) {
            // by the server, in the middle: what it said is still to be read
        }
    }

    /** An upgraded connection after the server's first frame; input has one writer, so each gets a command of its own. */
    private static Socket upgraded(String what) throws IOException {
        return upgraded(what.equals("stdin") ? reading() : command, what);
    }

    private static Socket upgraded(CommandId of, String what) throws IOException {
        String path = "commands/" + of + "/" + what + "?session=" + UUID.randomUUID();
        Socket socket = connect();
        send(
                socket,
                head("GET", path, "Connection: Upgrade", "Upgrade: " + Frame.UPGRADE)
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(line(socket.getInputStream())).contains(" 101 ");
        while (!line(socket.getInputStream()).isEmpty()) {
            // the rest of the head
        }
        assertThat(new FrameReader(socket.getInputStream()).read()).isInstanceOf(Frame.Taken.class);
        return socket;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "output, an unknown type, 63 00000000, a frame of type 99",
        "output, a frame of 4 GB, 0a ffffffff, a frame of 4294967295 bytes",
        "output, a length that does not fit, 0a 00000004 00000001, type 10 that cannot be read",
        "output, bytes behind a frame, 0a 00000009 0000000000000000 00, bytes behind a frame of type 10",
        "output, a position beyond 2^63, 0a 00000008 8000000000000000, beyond 2^63",
        "output, more taken than was sent, 0a 00000008 0000000000ffffff, up to which output was read",
        "output, data, 05 00000001 61, a reader of output does not have",
        "stdin, output, 01 00000009 0000000000000000 61, standard input does not have",
        "stdin, data of nothing, 05 00000000, a frame of bytes without any",
        "stdin, no JSON, 08 00000001 7b, type 8 that cannot be read",
        "stdin, a frame over the bound, 05 00100001, allowed: 1048576",
    })
    void isToldWhatIsWrong(String path, String what, String hex, String message) throws Exception {
        try (Socket socket = upgraded(path)) {
            send(socket, HexFormat.of().parseHex(hex.replace(" ", "")));
            assertThat(failure(socket)).contains(message);
            assertThat(socket.getInputStream().read()).isNegative();
        }
    }

    private static String failure(Socket socket) throws IOException {
        var reader = new FrameReader(socket.getInputStream());
        Frame frame = reader.read();
        while (!(frame instanceof Frame.Failed)) {
            frame = reader.read();
        }
        return String.valueOf(((Frame.Failed) frame).why().getMessage());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "HTTP, 474554202f, 400",
        "an end that never came, 0500000001 61, 503",
        "output, 0500000001 61 0a000000080000000000000000, 400",
        "a frame over the bound, 0500100001, 400",
    })
    void anUploadThatIsNotOneIsRefusedAndLeavesNothing(String what, String hex, String status) throws Exception {
        byte[] body = HexFormat.of().parseHex(hex.replace(" ", ""));
        try (Socket socket = connect()) {
            String head = head("PUT", "files/content?path=f", "Content-Length: " + body.length);
            send(socket, head.getBytes(StandardCharsets.US_ASCII));
            send(socket, body);
            assertThat(line(socket.getInputStream())).contains(" " + status + " ");
        }
        assertThat(sandbox.files().list(".")).isEmpty();
    }

    @Test
    void inputIsFreeForAnotherOnceItsWriterBrokeTheRules() throws Exception {
        CommandId mine = reading();
        try (Socket socket = upgraded(mine, "stdin")) {
            send(socket, new byte[20]);
            assertThat(failure(socket)).contains("a frame of type 0");
        }
        try (RunningCommand attached = sandbox.attach(mine, 0)) {
            Waiting.until("the input is free", () -> {
                try (OutputStream in = attached.stdin()) {
                    in.write("again".getBytes(StandardCharsets.US_ASCII));
                    return true;
                } catch (SandboxException taken) {
                    return false;
                }
            });
            assertThat(attached.stdout().readAllBytes()).asString().isEqualTo("again");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void noiseEndsItsOwnConnectionOnly(long seed) throws Exception {
        var random = new Random(seed);
        String[] paths = {"output", "stdin"};
        for (int i = 0; i < 40; i++) {
            try (Socket socket = upgraded(paths[i % 2])) {
                byte[] noise = new byte[1 + random.nextInt(3_000)];
                random.nextBytes(noise);
                noise[0] = (byte) random.nextInt(13);
                send(socket, noise);
            }
        }
    }

    @Test
    void requestsThatStopAnywhereAreForgotten() throws Exception {
        byte[] whole = head(
                        "GET",
                        "commands/" + command + "/output?session=x",
                        "Upgrade: " + Frame.UPGRADE,
                        "Connection: Upgrade")
                .getBytes(StandardCharsets.US_ASCII);
        for (int length = 0; length <= whole.length; length += 7) {
            try (Socket socket = connect()) {
                send(socket, java.util.Arrays.copyOf(whole, length));
            }
        }
        byte[] silent = head("PUT", "commands/" + UUID.randomUUID() + "?session=x", "Content-Length: 100")
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = connect()) {
            send(socket, silent); // and no body, while others are served
            theServerStillServesOthers();
        }
    }
}
