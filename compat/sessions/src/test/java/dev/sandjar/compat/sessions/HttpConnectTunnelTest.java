package dev.sandjar.compat.sessions;

import static dev.sandjar.compat.sessions.OtherServer.answer;
import static dev.sandjar.compat.sessions.OtherServer.cut;
import static dev.sandjar.compat.sessions.OtherServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.sessions.OtherServer.Behaviour;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code CONNECT}, to servers that are not ours. */
@Timeout(60)
class HttpConnectTunnelTest {
    private static final String OPENED = "HTTP/1.1 200 Connection Established\r\n\r\n";

    @Test
    void itAsksAsTheFirstClientsDid() throws Exception {
        try (var server = new OtherServer(says(OPENED));
                HttpConnectTunnel _ = to(server).open()) {
            assertThat(server.requests.getFirst().head())
                    .isEqualTo("CONNECT /sessions/s1 HTTP/1.1\r\nHost: 127.0.0.1\r\nProxy-Authorization: Bearer "
                            + OtherServer.TOKEN + "\r\nProxy-Connection: keep-alive\r\n\r\n");
        }
    }

    @Test
    void itAsksAsOtherGenerationsDid() throws Exception {
        try (var server = new OtherServer(says("HTTP/1.0 200 OK\r\nVia: somebody\r\n\r\n"));
                HttpConnectTunnel _ = to(server)
                        .connectPath("/v1/sandboxes/{sessionId}/tunnel")
                        .header("Authorization", "Bearer other")
                        .header("User-Agent", "me/1.0")
                        .open()) {
            assertThat(server.requests.getFirst().head())
                    .startsWith("CONNECT /v1/sandboxes/s1/tunnel HTTP/1.1\r\n")
                    .endsWith("\r\nAuthorization: Bearer other\r\nUser-Agent: me/1.0\r\n\r\n");
        }
    }

    @Test
    void whatCameWithTheAnswerIsRead() throws Exception {
        try (var server = new OtherServer(says(OPENED + "SSH-2.0-other\r\n"));
                HttpConnectTunnel tunnel = to(server).open()) {
            assertThat(new String(tunnel.input().readNBytes(15), StandardCharsets.US_ASCII))
                    .isEqualTo("SSH-2.0-other\r\n");
        }
    }

    @Test
    void whatIsWrittenArrives() throws Exception {
        try (var server = new OtherServer(says(OPENED), json(200, "x"));
                HttpConnectTunnel tunnel = to(server).open()) {
            tunnel.output().write("PING / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(tunnel.input().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
            assertThat(server.requests.getLast().method()).isEqualTo("PING");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, UnauthorizedException",
        "404, SessionNotFoundException",
        "405, SandboxOperationException",
        "429, RateLimitException",
        "500, SandboxOperationException",
        "502, SandboxOperationException",
        "503, SandboxOperationException"
    })
    void everyRefusalHasItsError(int status, String type) throws Exception {
        String body = "{\"error\": \"CODE\", \"message\": \"said so\"}";
        try (var server = new OtherServer(json(status, body))) {
            assertThatThrownBy(() -> to(server).retries(Retries.none()).open()).satisfies(e -> {
                assertThat(e.getClass().getSimpleName()).isEqualTo(type);
                assertThat(e).hasMessage("said so");
                assertThat(((SandboxApiException) e).errorCode()).contains("CODE");
            });
        }
    }

    @Test
    void tooManyTunnelsHaveTheThreeFigures() throws Exception {
        try (var server = new OtherServer(
                answer(429, "", "X-RateLimit-Limit: 5", "x-ratelimit-remaining: 1", "X-RateLimit-Reset: 9999999999"))) {
            assertThatThrownBy(() -> to(server).open()).isInstanceOfSatisfying(RateLimitException.class, e -> {
                assertThat(e.limit()).isEqualTo(5);
                assertThat(e.remaining()).isEqualTo(1);
                assertThat(e.reset()).isEqualTo(9_999_999_999L);
            });
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void itIsTriedAgainAfterCutsAndWhenThereWasNoRoom() throws Exception {
        try (var server = new OtherServer(cut(), answer(429, ""), says(OPENED));
                HttpConnectTunnel tunnel = to(server).open()) {
            assertThat(tunnel.isOpen()).isTrue();
            assertThat(server.requests).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-directly\r\n\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000\r\n\r\n"})
    void whatIsNotHttpIsToldAsSuch(String answer) throws Exception {
        try (var server = new OtherServer(says(answer))) {
            assertThatThrownBy(() -> to(server).open())
                    .isExactlyInstanceOf(SandboxApiException.class)
                    .hasMessageContaining("which is not HTTP/1.1");
        }
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws Exception {
        try (var server = new OtherServer(says("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000)))) {
            assertThatThrownBy(() -> to(server).open())
                    .isExactlyInstanceOf(SandboxApiException.class)
                    .hasMessage("the answer to CONNECT has no end within 16384 bytes");
        }
    }

    @Test
    void anAnswerThatDripsIsGivenUp() throws Exception {
        var never = new CountDownLatch(1);
        try (var server = new OtherServer(out -> {
            out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            while (true) { // each byte sooner than the limit
                out.write('y');
                out.flush();
                await(never, 20);
            }
        })) {
            assertThatThrownBy(() -> to(server).timeout(Duration.ofMillis(300)).open())
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessageContaining("not answered within PT0.3S");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'sessions/{sessionId}'",
        "'/sessions/'",
        "'/sessions/{sessionId} HTTP/1.1'",
        "'/sessions/{sessionId}\r\nX: y'"
    })
    void aPathThatWouldBeMoreThanOneIsRefused(String path) throws Exception {
        try (var server = new OtherServer()) {
            assertThatThrownBy(() -> to(server).connectPath(path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("connectPath is ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'X: y\r\nZ', a",
        "X, 'a\r\nZ: b'",
        "X, 'a\nZ: b'",
        "'', a",
        "Host, h",
        "proxy-authorization, x",
        "Content-Length, 5"
    })
    void aHeaderThatWouldBeMoreThanOneIsRefused(String name, String value) throws Exception {
        try (var server = new OtherServer()) {
            assertThatThrownBy(() -> to(server).header(name, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("header ");
        }
    }

    @Test
    void closingItWakesWhoReads() throws Exception {
        try (var server = new OtherServer(says(OPENED));
                HttpConnectTunnel tunnel = to(server).open()) {
            Thread.ofVirtual().start(tunnel::close);
            assertThatThrownBy(() -> tunnel.input().read()).isInstanceOf(IOException.class);
            assertThat(tunnel.isOpen()).isFalse();
        }
    }

    @Test
    void itsSecretsAreInNoText() throws Exception {
        try (var server = new OtherServer()) {
            assertThat(to(server)).hasToString("HttpConnectTunnel.Builder[http://127.0.0.1:" + server.port() + ", s1]");
        }
    }

    private static HttpConnectTunnel.Builder to(OtherServer server) {
        return HttpConnectTunnel.builder(server.url(), OtherServer.TOKEN, "s1");
    }

    /** In one piece. */
    private static Behaviour says(String text) {
        return (OutputStream out) -> out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void await(CountDownLatch latch, long millis) throws IOException {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
