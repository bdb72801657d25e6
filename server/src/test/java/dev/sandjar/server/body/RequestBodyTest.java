package dev.sandjar.server.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies over real connections, each read by a thread of its own. */
@Timeout(120)
class RequestBodyTest {
    private static final int PIECE = 128 * 1024;
    private static final int PIECES = 256;

    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void listen() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(request -> {
                    request.pause();
                    Thread.startVirtualThread(() -> answer(request));
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    /** Pausing and going on again must not overtake each other: a body that stays paused never ends. */
    @Test
    void manyLargeBodiesAtOnceArriveWhole() throws Exception {
        var answers = new ArrayList<Future<Boolean>>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int seed = 0; seed < 24; seed++) {
                long own = seed;
                answers.add(clients.submit(() -> sent(own)));
            }
        }
        assertThat(answers).allMatch(Future::resultNow);
    }

    private boolean sent(long seed) throws IOException {
        var random = new Random(seed);
        var sum = new CRC32C();
        byte[] piece = new byte[PIECE];
        try (var socket = new Socket("127.0.0.1", server.actualPort())) {
            var out = socket.getOutputStream();
            out.write(("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                            + (long) PIECE * PIECES + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < PIECES; i++) {
                random.nextBytes(piece);
                sum.update(piece);
                out.write(piece);
            }
            String answer = new String(socket.getInputStream().readNBytes(1000), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n" + sum.getValue());
            return true;
        }
    }

    private static void answer(HttpServerRequest request) {
        var response = request.response();
        try (InputStream body = new RequestBody(request, Duration.ofSeconds(10))) {
            var sum = new CRC32C();
            byte[] buffer = new byte[PIECE];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                sum.update(buffer, 0, n);
            }
            response.end(Long.toString(sum.getValue()));
        } catch (IOException e) {
            response.setStatusCode(500).end(e.toString());
        }
    }
}
