package dev.sandjar.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over a real connection, whose event loop is kept busy. */
@Timeout(60)
class PacedOutputTest {
    private static final byte[] MUCH = new byte[1_000_000];

    private final Vertx vertx = Vertx.vertx();
    private final CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
    private final CompletableFuture<Context> loop = new CompletableFuture<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private Socket client;

    @BeforeEach
    void ask() throws Exception {
        int port = vertx.createHttpServer()
                .requestHandler(request -> {
                    loop.complete(vertx.getOrCreateContext());
                    asked.complete(request);
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get()
                .actualPort();
        client = new Socket("127.0.0.1", port);
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void itWaitsWhileTheEventLoopIsBehindAndThenWritesAll() throws Exception {
        for (int i = 0; i < MUCH.length; i++) {
            MUCH[i] = (byte) (i * 31);
        }
        var output = new PacedOutput(written, asked.get());
        var behind = new CountDownLatch(1);
        loop.get().runOnContext(_ -> uninterruptibly(behind));
        var writer = Thread.ofPlatform().start(() -> write(output));
        while (writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(written.size()).isEqualTo(PacedOutput.STEP);
        behind.countDown();
        writer.join();
        assertThat(Arrays.equals(written.toByteArray(), MUCH)).isTrue();
    }

    private static void write(PacedOutput output) {
        try {
            output.write(MUCH);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
