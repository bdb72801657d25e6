package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpTimeoutException;
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

/** Requests that do not wait for answers, of somebody whom nobody knows. */
@Timeout(90)
class HostilePipelinesTest {
    private static final String REQUEST = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

    private static RealServer server;

    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(Path.of("/var/lib/sandjar-test/hostile-pipelines"), "-XX:+ExitOnOutOfMemoryError");
    }

    @AfterAll
    static void stop() throws Exception {
        server.kill(); // it may hear nobody
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4 * 1024);
        socket.setSoTimeout(10_000);
        socket.connect(new InetSocketAddress("127.0.0.1", server.address.getPort()));
        return socket;
    }

    @Test
    void aFewAreAnsweredInTheirOrder() throws Exception {
        Socket client = connect();
        client.getOutputStream().write(REQUEST.repeat(8).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 8; i++) {
            assertThat(PreviewedSandbox.until(client, "}")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void manyOnOneConnectionEndIt() throws Exception {
        Socket client = connect();
        client.getOutputStream().write(REQUEST.repeat(2_000).getBytes(StandardCharsets.US_ASCII));
        String answers;
        try {
            answers = PreviewedSandbox.rest(client);
        } catch (SocketException reset) {
            answers = "";
        }
        assertThat(answers.split("HTTP/1.1 200 ").length).isLessThan(1_000);
    }

    @Test
    void manyOfManyWhoDoNotReadCostNobodyElse() throws Exception {
        byte[] requests = REQUEST.repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        var floods = new ArrayList<Thread>();
        for (int i = 0; i < 30; i++) {
            Socket deaf = connect();
            floods.add(Thread.ofVirtual().start(() -> {
                try {
                    for (int k = 0; k < 500; k++) { // 16 MB
                        deaf.getOutputStream().write(requests);
                    }
                } catch (IOException closed) {
                    // as it should be
                }
            }));
        }
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        for (Thread flood : floods) {
            flood.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        assertThat(server.said()).doesNotContain("OutOfMemory");
        try {
            assertThat(server.send(server.request("/v1/sandboxes").timeout(Duration.ofSeconds(10)))
                            .statusCode())
                    .isEqualTo(200);
        } catch (HttpTimeoutException e) {
            throw new AssertionError("others are not served", e);
        }
    }
}
