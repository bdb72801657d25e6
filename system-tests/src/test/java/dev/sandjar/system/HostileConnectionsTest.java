package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.Waiting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of strangers, who need no token for what they do here. */
@Timeout(60)
class HostileConnectionsTest {
    private static final int OF_ONE_ADDRESS = 600;
    private static final int OF_ALL = 700;
    private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: x\r\n";

    @TempDir
    static Path home;

    private static RealServer server;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(
                home,
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx64m",
                "-Dsandjar.limits.head=2s",
                "-Dquarkus.http.limits.max-connections=" + OF_ALL,
                "-Dsandjar.limits.connections-per-address=" + OF_ONE_ADDRESS);
    }

    @AfterAll
    static void close() throws Exception {
        server.close();
    }

    @AfterEach
    void theServerStillServesOthers() throws Exception {
        hangUp();
        assertOthersAreServed();
    }

    private void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    /** Soon: while the server still takes a flood in, or lets one go, it may have no connection left. */
    private static void assertOthersAreServed() throws Exception {
        Waiting.until("others are served", HostileConnectionsTest::othersAreServed);
    }

    private static boolean othersAreServed() throws IOException {
        try (Socket other = new Socket(
                InetAddress.getLoopbackAddress(), server.address.getPort(), InetAddress.getByName("127.0.0.2"), 0)) {
            send(other, HEALTH + "\r\n");
            return status(other).equals("HTTP/1.1 200");
        } catch (SocketException cut) {
            return false;
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.address.getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    /** Waits for it; what is cut with bytes unread is reset. */
    private static String untilCut(Socket socket) throws IOException {
        var answer = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(answer);
        } catch (SocketException reset) {
            // cut all the same
        }
        return answer.toString(StandardCharsets.US_ASCII);
    }

    private static String headers(int count) {
        return IntStream.range(0, count).mapToObj(i -> i + ":\r\n").collect(Collectors.joining());
    }

    @Test
    void headsThatNeverEndFillNobodysMemory() throws Exception {
        for (int i = 0; i < OF_ONE_ADDRESS; i++) {
            try {
                send(connect(), HEALTH + "\r\n" + HEALTH + headers(1_250)); // the first one would hide the second
            } catch (IOException cut) {
                // for its headers
            }
        }
    }

    @Test
    void whoConnectsWithoutEndLeavesRoomForOthers() throws Exception {
        Waiting.until("others are served before what was connected first is cut for its silence", () -> {
            hangUp();
            for (int i = 0; i < OF_ALL + 100; i++) {
                connect();
            }
            assertOthersAreServed();
            return stands(sockets.getFirst());
        });
    }

    private static boolean stands(Socket silent) throws IOException {
        silent.setSoTimeout(1);
        try {
            return silent.getInputStream().read() >= 0;
        } catch (SocketTimeoutException nothingYet) {
            return true;
        }
    }

    @Test
    void whoSaysNothingIsCut() throws Exception {
        untilCut(connect());
    }

    @Test
    void aHeadThatTricklesIsCut() throws Exception {
        Socket socket = connect();
        Thread.ofVirtual().start(() -> trickle(socket));
        untilCut(socket);
    }

    @Test
    void aLaterHeadThatTricklesIsCut() throws Exception {
        Socket socket = connect();
        send(socket, HEALTH + "\r\n");
        assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
        Thread.ofVirtual().start(() -> trickle(socket));
        untilCut(socket);
    }

    private static void trickle(Socket socket) {
        try {
            send(socket, "GET /health?");
            while (!Thread.interrupted()) {
                LockSupport.parkNanos(100_000_000);
                send(socket, "x");
            }
        } catch (IOException cut) {
            // as is asserted
        }
    }

    @Test
    void aBodyMayTakeLongerThanAHead() throws Exception {
        Socket socket = connect();
        send(
                socket,
                "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN
                        + "\r\nContent-Length: 100\r\n\r\n");
        socket.setSoTimeout(3_000);
        try {
            assertThat(socket.getInputStream().read()).isNotNegative();
        } catch (SocketTimeoutException stillOpen) {
            // as it should be
        }
    }

    @Test
    void moreHeadersThanAnybodyNeedsAreTooLarge() throws Exception {
        Socket socket = connect();
        send(socket, HEALTH + headers(101) + "\r\n");
        assertThat(status(socket)).isEqualTo("HTTP/1.1 431");
        untilCut(socket);
    }

    /** A proxy in front might see the end of such a body elsewhere. */
    @ParameterizedTest
    @CsvSource({"xchunked", "'gzip, chunked'", "chunked"})
    void aBodyWhoseEndIsNotClearIsRefusedAndEndsTheConnection(String coding) throws Exception {
        Socket socket = connect();
        send(
                socket,
                HEALTH + "Transfer-Encoding: " + coding + "\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HEALTH + "\r\n");
        String answer = untilCut(socket);
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("the end of the body is not clear");
        assertThat(answer.substring(1)).doesNotContain("HTTP/1.1");
    }

    /** Each would be a fault of ours in the log, which a stranger could fill, or another host's request to a proxy in front. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /health HTTP/1.1; Host: x; Host: y        | not clear which host is meant",
                "GET /health HTTP/1.1; Host: x y               | not clear which host is meant",
                "GET /health HTTP/1.1; Host: x:port            | not clear which host is meant",
                "GET /health HTTP/1.1; Host: x:99999           | not clear which host is meant",
                "GET /health HTTP/1.1; Host: [::1              | not clear which host is meant",
                "GET /health HTTP/1.1; Host: [a/b]             | not clear which host is meant",
                "GET /health HTTP/1.1; Host: x/y               | not clear which host is meant",
                "GET /health HTTP/1.1; Host: a@x               | not clear which host is meant",
                "GET /health HTTP/1.1                          | not clear which host is meant",
                "GET http://y/health HTTP/1.1; Host: x         | not clear which host is meant",
                "GET http://x:99999/health HTTP/1.0            | not clear which host is meant",
                "PRI * HTTP/2.0                                | only HTTP/1.0 and HTTP/1.1",
                "GET /health HTTP/2.0; Host: x                 | only HTTP/1.0 and HTTP/1.1",
                "GET /health HTTP/1.9; Host: x                 | only HTTP/1.0 and HTTP/1.1",
                "GET /health HTTP/01.1; Host: x                | only HTTP/1.0 and HTTP/1.1",
                "GET /health HTTP/4294967297.1; Host: x        | only HTTP/1.0 and HTTP/1.1",
                "GET /health http/1.1; Host: x                 | only HTTP/1.0 and HTTP/1.1",
                "GET /health http/1.0                          | only HTTP/1.0 and HTTP/1.1",
                "GET /health XTTP/1.1; Host: x                 | only HTTP/1.0 and HTTP/1.1",
                "GET /health RTSP/1.0                          | only HTTP/1.0 and HTTP/1.1",
                "GET ?x HTTP/1.1; Host: x                      | begin it with /",
                "GET health HTTP/1.1; Host: x                  | begin it with /",
                "GET http://x?y HTTP/1.1; Host: x              | begin it with /",
                "CONNECT ?x HTTP/1.1; Host: x                  | begin it with /",
                "CONNECT x:99999 HTTP/1.1; Host: x             | begin it with /",
                "GET /health HTTP/1.1; Host: x; Content-Length: ; x | no request of HTTP/1.1",
                "GET /health XTTP/1.1; Host: x; Content-Length: ; x | no request of HTTP/1.1"
            })
    void aRequestThatIsNoneIsToldWhyEndsTheConnectionAndLeavesNothingInTheLog(String head, String why)
            throws Exception {
        String before = server.said();
        Socket socket = connect();
        send(socket, head.replace("; ", "\r\n") + "\r\n\r\n");
        assertThat(untilCut(socket))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .containsPattern("\r\n\r\n.*" + why + ".*\n$");
        assertThat(server.said()).isEqualTo(before);
    }

    @Test
    void whatIsBehindARequestThatIsRefusedIsNotDone() throws Exception {
        String path = "/v1/sessions/"
                + new ObjectMapper()
                        .readTree(server.post("/v1/sessions", "{}").body())
                        .path("sessionId")
                        .asText();
        Socket socket = connect();
        send(
                socket,
                "GET /health HTTP/1.1\r\nHost: x y\r\n\r\nDELETE " + path
                        + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN + "\r\n\r\n");
        untilCut(socket);
        assertThat(server.get(path).statusCode()).isEqualTo(200);
        assertThat(server.method("DELETE", path, "").statusCode()).isLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: x", "Host: a-b_c.example:80", "Host: [::1]:8080", "Host: 127.0.0.1:", "Host:"})
    void whateverNamesAHostIsServed(String host) throws Exception {
        Socket socket = connect();
        send(socket, "GET /health HTTP/1.1\r\n" + host + "\r\n\r\n");
        assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
    }

    @Test
    void aBodyInChunksIsStillTaken() throws Exception {
        var answer = server.send(server.request("/v1/sessions/none/commands")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[] {'{'}))));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("not JSON");
    }
}
