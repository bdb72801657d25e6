package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
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

    private static final int MANY = 600; // connections
    private static final int STREAMS = 900;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;
    private static String webSocketHead = "";

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-XX:+ExitOnOutOfMemoryError");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
        webSocketHead = head(
                "GET",
                "stream",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
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

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
        "/v1/sessions, Content-Length: 4000000, 0000000000000000, 100000",
        "/v1/api/sandboxes, Content-Length: 4000000, 0000000000000000, 100000",
        "/v1/api/sandboxes, Transfer-Encoding: chunked, 31 0d0a 00 0d0a, 24000",
    })
    void manyLargeBodiesThatNeverEndFillNobodysMemory(String path, String length, String piece, int times)
            throws Exception {
        byte[] request = ("POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN
                        + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] pieces = repeated(HexFormat.of().parseHex(piece.replace(" ", "")), times);
        var sockets = new ArrayList<Socket>();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var begun = new CountDownLatch(MANY);
            for (int i = 0; i < MANY; i++) {
                Socket socket = connect();
                sockets.add(socket);
                senders.submit(() -> {
                    OutputStream out = socket.getOutputStream();
                    out.write(request);
                    out.write(pieces, 0, pieces.length / 4);
                    begun.countDown();
                    out.write(pieces); // those that are not read wait here
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

    @ParameterizedTest(name = "of {0} bytes")
    @ValueSource(ints = {16_000, 8_200, 1})
    void messagesThatWaitForAStalledAgentFillNobodysMemory(int size) throws Exception {
        Sandbox still = sandboxes.create(SandboxSpec.builder().build());
        ProcessHandle agent = HostileOwnersTest.agentOf(still);
        byte[] message = message(2, new byte[size]);
        ByteBuffer many = ByteBuffer.allocate(100_000 / message.length * message.length);
        while (many.hasRemaining()) {
            many.put(message);
        }
        var sockets = new ArrayList<Socket>();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < STREAMS; i++) {
                sockets.add(webSocket(still));
                learnToReadMuch(sockets.getLast());
            }
            HostileOwnersTest.signal(agent, "STOP");
            for (Socket socket : sockets) {
                socket.getOutputStream().write(start());
                senders.submit(() -> {
                    for (int more = 0; more < 40; more++) {
                        socket.getOutputStream().write(many.array()); // those that are not read wait here
                    }
                    return null;
                });
            }
            try {
                for (int i = 0; i < 20; i++) {
                    assertThat(sandbox.run("echo", "served").stdout()).isEqualTo("served\n");
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close(); // which ends the senders
                }
                HostileOwnersTest.signal(agent, "CONT");
            }
        }
        still.delete();
    }

    /** So that one read of the server's brings much. */
    private static void learnToReadMuch(Socket socket) throws IOException {
        for (int large = 0; large < 12; large++) {
            socket.getOutputStream().write(message(2, new byte[16_000])); // for no channel
        }
        socket.getOutputStream().write(message(1, ascii("{\"type\": \"leave\", \"channel\": 2}")));
        heard(socket, "\"left\"");
    }

    private static byte[] start() {
        return message(
                1,
                ascii("{\"type\": \"start\", \"channel\": 1, \"id\": \"" + UUID.randomUUID()
                        + "\", \"window\": 65536, \"command\": {\"argv\": [\"true\"]}}"));
    }

    /** More than its owner may have under way at once: a server that was behind cut those that it had no room for, and what they held was lost. */
    @Test
    void aClientThatSaysMuchWhileTheServerIsBehindIsNotCut() throws Exception {
        Sandbox still = sandboxes.create(SandboxSpec.builder().build());
        ProcessHandle agent = HostileOwnersTest.agentOf(still);
        var sockets = new ArrayList<Socket>();
        byte[] taken = message(1, ascii("{\"type\": \"taken\", \"channel\": 1, \"offset\": 0}"));
        try {
            for (int i = 0; i < 60; i++) {
                sockets.add(webSocket(still));
                learnToReadMuch(sockets.getLast());
            }
            HostileOwnersTest.signal(agent, "STOP");
            for (Socket socket : sockets) {
                var all = new ByteArrayOutputStream();
                all.writeBytes(start());
                for (int more = 0; more < 1_000; more++) {
                    all.writeBytes(taken);
                }
                socket.getOutputStream().write(all.toByteArray());
            }
            HostileOwnersTest.signal(agent, "CONT");
            for (Socket socket : sockets) {
                assertThat(heard(socket, "\"ended\"")).contains("\"opened\"").doesNotContain("\"failed\"");
            }
        } finally {
            HostileOwnersTest.signal(agent, "CONT");
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        still.delete();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** All up to there, or to the end. */
    private static String heard(Socket socket, String last) throws IOException {
        InputStream in = socket.getInputStream();
        var heard = new StringBuilder();
        while (heard.indexOf(last) < 0) {
            int c = in.read();
            if (c < 0) {
                break;
            }
            heard.append((char) c);
        }
        return heard.toString();
    }

    /** A whole one, masked with zeros. */
    private static byte[] message(int kind, byte[] bytes) {
        ByteBuffer all = ByteBuffer.allocate(8 + bytes.length).put((byte) (0x80 | kind));
        if (bytes.length < 126) {
            all.put((byte) (0x80 | bytes.length));
        } else {
            all.put((byte) (0x80 | 126)).putShort((short) bytes.length);
        }
        all.putInt(0).put(bytes).flip();
        return Arrays.copyOf(all.array(), all.limit());
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

    private static byte[] repeated(byte[] piece, int times) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
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

    /** A connection that was upgraded to frames, after the server's first one. */
    private static Socket upgraded() throws IOException {
        Socket socket = connect();
        send(
                socket,
                head("GET", "sftp", "Connection: Upgrade", "Upgrade: " + Frame.UPGRADE)
                        .getBytes(StandardCharsets.US_ASCII));
        passHead(socket);
        assertThat(new FrameReader(socket.getInputStream()).read()).isInstanceOf(Frame.Taken.class);
        return socket;
    }

    private static void passHead(Socket socket) throws IOException {
        assertThat(line(socket.getInputStream())).contains(" 101 ");
        while (!line(socket.getInputStream()).isEmpty()) {
            // the rest of the head
        }
    }

    /** A WebSocket, byte by byte. */
    private static Socket webSocket() throws IOException {
        return webSocket(sandbox);
    }

    private static Socket webSocket(Sandbox to) throws IOException {
        Socket socket = connect();
        send(
                socket,
                webSocketHead
                        .replace(sandbox.id().toString(), to.id().toString())
                        .getBytes(StandardCharsets.US_ASCII));
        passHead(socket);
        return socket;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "an unknown type, 63 00000000, a frame of type 99",
        "a frame of 4 GB, 0a ffffffff, a frame of 4294967295 bytes",
        "a length that does not fit, 0a 00000004 00000001, type 10 that cannot be read",
        "bytes behind a frame, 0a 00000009 0000000000000000 00, bytes behind a frame of type 10",
        "a position beyond 2^63, 0a 00000008 8000000000000000, beyond 2^63",
        "what was taken, 0a 00000008 0000000000ffffff, a connection does not have",
        "output, 01 00000009 0000000000000000 61, a connection does not have",
        "data of nothing, 05 00000000, a frame of bytes without any",
        "no JSON, 08 00000001 7b, type 8 that cannot be read",
        "a frame over the bound, 05 00100001, allowed: 1048576",
    })
    void isToldWhatIsWrong(String what, String hex, String message) throws Exception {
        try (Socket socket = upgraded()) {
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

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void noiseEndsItsOwnConnectionOnly(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            try (Socket socket = i % 2 == 0 ? upgraded() : webSocket()) {
                byte[] noise = new byte[1 + random.nextInt(3_000)];
                random.nextBytes(noise);
                if (i % 4 == 0) {
                    noise[0] = (byte) random.nextInt(13);
                } else {
                    noise[0] = (byte) (0x80 | random.nextInt(16)); // a frame that is whole
                }
                send(socket, noise);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a frame of 2^62 bytes, 82ff 4000000000000000 00000000",
        "a frame of 1 MB, 82ff 0000000000100000 00000000",
        "a frame without a mask, 8205 0000000000",
        "a continuation of nothing, 8085 00000000 0000000000",
        "a frame with an extension, f285 00000000 0000000000",
        "a ping of 200 bytes, 89fe00c8 00000000",
        "text that is no UTF-8, 8181 00000000 ff",
        "a message too short for its head, 8285 00000000 0000000001",
        "output from a client, 828e 00000000 00000001 01 0000000000000000 61"
    })
    void aWebSocketThatBreaksTheRulesIsClosed(String what, String hex) throws Exception {
        try (Socket socket = webSocket()) {
            send(socket, HexFormat.of().parseHex(hex.replace(" ", "")));
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes(); // and then it ends
            assertThat(answer.length == 0 || (answer[0] & 0xff) == 0x88)
                    .as(HexFormat.of().formatHex(answer))
                    .isTrue();
        }
    }

    @Test
    void messagesInPiecesThatNeverEndFillNobodysMemory() throws Exception {
        byte[] piece = HexFormat.of().parseHex("01fe4000" + "00000000"); // 16 KiB of text, to be continued
        byte[] more = HexFormat.of().parseHex("00fe4000" + "00000000");
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = webSocket();
                sockets.add(socket);
                send(socket, piece);
                send(socket, new byte[16_384]);
                for (int k = 0; k < 60; k++) {
                    send(socket, more);
                    send(socket, new byte[16_384]);
                }
            }
            assertThat(sandbox.run("echo", "served").stdout()).isEqualTo("served\n");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void requestsThatStopAnywhereAreForgotten() throws Exception {
        byte[] whole = webSocketHead.getBytes(StandardCharsets.US_ASCII);
        for (int length = 0; length <= whole.length; length += 7) {
            try (Socket socket = connect()) {
                send(socket, java.util.Arrays.copyOf(whole, length));
            }
        }
        byte[] silent = head("PUT", "commands/" + UUID.randomUUID(), "Content-Length: 100")
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = connect()) {
            send(socket, silent); // and no body, while others are served
            theServerStillServesOthers();
        }
    }
}
