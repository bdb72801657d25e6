package dev.sandjar.server.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests over real connections, which become tunnels. */
@Timeout(60)
class HandoverTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String UPGRADE = """
            GET / HTTP/1.1\r
            Host: x\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """;

    private final Vertx vertx = Vertx.vertx();
    private final CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
    private final CompletableFuture<Context> loop = new CompletableFuture<>();
    private final BlockingQueue<Context> upgrades = new LinkedBlockingQueue<>();
    private final BlockingQueue<HttpServerRequest> closed = new LinkedBlockingQueue<>();
    private int port;
    private Socket client;

    @BeforeEach
    void ask() throws Exception {
        port = vertx.createHttpServer()
                .requestHandler(request -> {
                    request.connection().closeHandler(_ -> closed.add(request));
                    if (request.headers().contains("Upgrade")) {
                        upgrades.add(vertx.getOrCreateContext());
                    }
                    loop.complete(vertx.getOrCreateContext());
                    asked.complete(request.pause());
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get()
                .actualPort();
        client = new Socket("127.0.0.1", port);
        client.getOutputStream().write("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void whatTheRequestHasBecomeIsMadeOnItsEventLoop() throws Exception {
        Thread made = Handover.await(
                asked.get(), loop.get(), HttpServerRequest::toNetSocket, _ -> Thread.currentThread(), LONG);
        assertThat(made.getName()).contains("eventloop");
        assertThat(new String(client.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 200 OK");
    }

    /** Nobody would hear of its end, which has been. */
    @Test
    void aWebSocketWhoseClientHasGoneBeforeIsNotMade() throws Exception {
        Context upgrading;
        try (var gone = new Socket("127.0.0.1", port)) {
            gone.getOutputStream().write(UPGRADE.getBytes(StandardCharsets.US_ASCII));
            upgrading = upgrades.poll(20, TimeUnit.SECONDS);
        }
        HttpServerRequest request = closed.poll(20, TimeUnit.SECONDS);
        var made = new CompletableFuture<Boolean>();
        assertThatThrownBy(() -> Handover.await(
                        request, upgrading, HttpServerRequest::toWebSocket, _ -> made.complete(true), LONG))
                .isInstanceOf(IOException.class);
        assertThat(made.isDone()).isFalse();
    }

    /** It would stay open, and nobody would know of it. */
    @Test
    void whatComesTooLateIsNotMadeAndItsConnectionEnds() throws Exception {
        Promise<NetSocket> late = Promise.promise();
        var made = new CompletableFuture<Boolean>();
        assertThatThrownBy(() -> Handover.await(
                        asked.get(), loop.get(), _ -> late.future(), _ -> made.complete(true), Duration.ofMillis(50)))
                .isInstanceOf(IOException.class);
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        late.complete();
        assertThat(made.isDone()).isFalse();
    }

    @Test
    void whatIsRefusedIsToldAtOnce() {
        assertThatThrownBy(() -> Handover.await(
                        asked.get(),
                        loop.get(),
                        _ -> {
                            throw new IllegalStateException("gone");
                        },
                        it -> it,
                        LONG))
                .isInstanceOf(IOException.class)
                .hasRootCauseMessage("gone");
    }

    @Test
    void whoeverIsInterruptedLeavesNoConnection() throws Exception {
        Thread waiting = Thread.currentThread();
        vertx.setTimer(50, _ -> waiting.interrupt());
        assertThatThrownBy(() -> Handover.await(
                        asked.get(),
                        loop.get(),
                        _ -> Promise.<NetSocket>promise().future(),
                        it -> it,
                        LONG))
                .isInstanceOf(InterruptedException.class);
        client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
}
