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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests over real connections, which become tunnels. */
@Timeout(60)
class HandoverTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
    private final CompletableFuture<Context> loop = new CompletableFuture<>();
    private Socket client;

    @BeforeEach
    void ask() throws Exception {
        int port = vertx.createHttpServer()
                .requestHandler(request -> {
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
