package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of WebSockets, of those doors whose frames the server reads itself, that shall not cost it more than their sender's share. */
@Timeout(120)
class HostileWebSocketsTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/hostile-web-sockets");
    private static final int TEXT = 1;
    private static final int CONTINUATION = 0;
    private static final int PING = 9;
    private static final int LAST = 0x80;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static String stream;

    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(HOME, "-XX:+ExitOnOutOfMemoryError");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        stream = "/v1/api/sandboxes/" + sandboxes.create(SandboxSpec.of("host")).id() + "/stream";
    }

    @AfterAll
    static void stop() throws Exception {
        sandboxes.close();
        if (!server.process().isAlive() || server.said().contains("OutOfMemory")) {
            server.kill(); // it hears nobody any more
        } else {
            Kubebox.deleteAll(server);
            server.close();
        }
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** A client that has been upgraded, and has read nothing since. */
    private Socket upgraded(String door) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(16 * 1024);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress("127.0.0.1", server.address.getPort()));
        String head = "GET " + (door.equals("kubebox") ? SocketIo.PATH : stream) + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " + RealServer.TOKEN
                + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        assertThat(PreviewedSandbox.until(socket, "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    /** A frame of at most 125 bytes, masked with zeros. */
    private static byte[] frame(int head, String bytes) {
        return ((char) head + "" + (char) (0x80 | bytes.length()) + "\0\0\0\0" + bytes)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] many(byte[] frame, int count) {
        byte[] all = new byte[frame.length * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(frame, 0, all, i * frame.length, frame.length);
        }
        return all;
    }

    private static void stillServes() throws Exception {
        assertThat(server.said()).doesNotContain("OutOfMemory");
        assertThat(server.process().isAlive()).isTrue();
        assertThat(server.get("/v1/api/sandboxes").statusCode()).isEqualTo(200);
    }

    /** As much as the server takes, for some seconds. */
    private static void flood(Socket client, byte[] frames, int times) throws InterruptedException {
        Thread flood = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < times; i++) {
                    client.getOutputStream().write(frames);
                }
            } catch (IOException closed) {
                // by either
            }
        });
        flood.join(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kubebox", "stream"})
    void pingsOfWhoDoesNotReadAreNotAnsweredInMemory(String door) throws Exception {
        flood(upgraded(door), many(frame(LAST | PING, "x".repeat(125)), 8_000), 250); // of 1 MB
        stillServes();
    }

    /** Nobody has counted it yet. */
    @Test
    void anUnfinishedMessageOfKubeboxIsNoLongerThanAFinishedOne() throws Exception {
        Socket client = upgraded("kubebox");
        client.setSoTimeout(10_000); // the server pings after 25
        flood(client, frame(TEXT, "x"), 1);
        flood(client, many(frame(CONTINUATION, "x".repeat(100)), 200), 1); // 20 KB
        awaitClosed(client);
        stillServes();
    }

    private static void awaitClosed(Socket client) throws IOException {
        try {
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("it is still open", e);
        } catch (SocketException reset) {
            // likewise closed
        }
    }

    /** The latest at least, however many there were before it was read. */
    @ParameterizedTest
    @ValueSource(strings = {"kubebox", "stream"})
    void pingsAreAnsweredToWhoReads(String door) throws Exception {
        Socket client = upgraded(door);
        flood(client, frame(LAST | PING, "first"), 1);
        awaitAnswer(client, "\u008a\5first");
        flood(client, many(frame(LAST | PING, "x".repeat(125)), 8_000), 10);
        flood(client, frame(LAST | PING, "latest"), 1);
        awaitAnswer(client, "\u008a\6latest");
    }

    /** Reads until those bytes have come; what the server says by itself may come before or after. */
    private static void awaitAnswer(Socket client, String bytes) throws IOException {
        byte[] piece = new byte[64 * 1024];
        String end = "";
        while (!end.contains(bytes)) {
            int count = client.getInputStream().read(piece);
            assertThat(count).isPositive();
            String before = end.substring(Math.max(0, end.length() - bytes.length()));
            end = before + new String(piece, 0, count, StandardCharsets.ISO_8859_1);
        }
    }
}
