package dev.sandjar.system;

import static dev.sandjar.system.PreviewedSandbox.headers;
import static dev.sandjar.system.PreviewedSandbox.raw;
import static dev.sandjar.system.PreviewedSandbox.rest;
import static dev.sandjar.system.PreviewedSandbox.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs in a sandbox without network, asked by path through the server. */
@Timeout(60)
class PreviewTest {
    private static PreviewedSandbox box;

    @BeforeAll
    static void start() throws Exception {
        box = new PreviewedSandbox("path", "SANDJAR_LIMITS_ANSWER=10s");
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
    }

    @AfterEach
    void hangUp() throws Exception {
        box.hangUp();
    }

    // ---- what is asked, and by whom

    @Test
    void aFileServerOfPythonsIsSeenAsItIs() throws Exception {
        box.sandbox.files().write("folder/page.html", "<p>here</p>");
        box.start(
                "python3",
                "-u",
                "-m",
                "http.server",
                "8001"); // on all addresses that there are, of which loopback is one
        var page = box.server.get("/sandboxes/" + box.id() + "/ports/8001/folder/page.html?a=b");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).isEqualTo("<p>here</p>");
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html");
        var moved = box.server.get("/sandboxes/" + box.id() + "/ports/8001/folder");
        assertThat(moved.statusCode()).isEqualTo(301);
        assertThat(moved.headers().firstValue("Location")).hasValue("/sandboxes/" + box.id() + "/ports/8001/folder/");
    }

    @Test
    void aPortWithoutASlashIsSentOnToTheOneWithIt() throws Exception {
        var answer = box.server.get(box.path("?a=b"));
        assertThat(answer.statusCode()).isEqualTo(308);
        assertThat(answer.headers().firstValue("Location")).hasValue(box.path("/?a=b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a//b/../c?x=%2F&y=a+b&&z", "/%2e%2e/%41%ff?", "/?a?b"})
    void thePathAndTheQueryComeAsTheyWereWritten(String target) throws Exception {
        String answer = box.answer(box.wire("GET", target, "Connection: close"));
        assertThat(answer).contains("\r\nGET " + target + " HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"})
    void everyMethodComesAsItIs(String method) throws Exception {
        assertThat(box.answer(box.wire(method, "/", "Connection: close")))
                .contains("\r\n" + method + " / HTTP/1.1\r\n");
    }

    @Test
    void theProgramIsToldWhereItIsSeen() throws Exception {
        String head =
                box.answer(box.wire("GET", "/", "Connection: close", "X-Forwarded-Host: evil", "Origin: http://o"));
        assertThat(head)
                .contains("\r\nHost: localhost:8000\r\n")
                .contains("\r\nX-Forwarded-Host: x\r\n")
                .contains("\r\nX-Forwarded-Proto: http\r\n")
                .contains("\r\nX-Forwarded-Prefix: /v1/sandboxes/" + box.id() + "/ports/8000\r\n")
                .contains("\r\nOrigin: http://o\r\n")
                .doesNotContain("evil");
    }

    @Test
    void whatLetTheCallerInTheProgramNeverSees() throws Exception {
        String head = box.answer(box.wire(
                "GET",
                "/",
                "Connection: close",
                "Connection: X-Of-The-Hop",
                "X-API-Key: " + RealServer.TOKEN,
                "Proxy-Authorization: Bearer " + RealServer.TOKEN,
                "X-Of-The-Hop: 1",
                "X-Forwarded-For: 192.0.2.1",
                "Cookie: session=of-the-server; sandjar-port-a=b; sandjar-preview=c",
                "Accept-Language: de"));
        assertThat(head)
                .contains("\r\nAccept-Language: de\r\n")
                .contains("\r\nCookie: a=b\r\n") // the one that it has set itself
                .doesNotContain(RealServer.TOKEN)
                .doesNotContainIgnoringCase("authorization")
                .doesNotContainIgnoringCase("api-key")
                .doesNotContain("X-Of-The-Hop", "192.0.2.1", "of-the-server");
    }

    @Test
    void withoutATokenNobodyIsLetInAndAnothersSandboxIsNotThere() throws Exception {
        String path = box.path("/");
        assertThat(box.answer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ")
                .contains("no credentials");
        assertThat(box.answer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: "
                        + RealServer.OTHER_TOKEN + "\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ")
                .contains("SANDBOX_NOT_FOUND");
        assertThat(box.answer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: "
                        + RealServer.TOKEN + "\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void whereNothingListensItSaysSoAndWhatToDo() throws Exception {
        var answer = box.server.get("/v1/sandboxes/" + box.id() + "/ports/8999/");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("nothing listens on port 8999", "python3 -m http.server 8999", "req-");
        var page = box.server.send(
                box.server.request("/v1/sandboxes/" + box.id() + "/ports/8999/").header("Accept", "text/html,*/*"));
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body()).contains("<h1>nothing listens on port 8999 of the sandbox</h1>");
        assertThat(box.server.get("/v1/sandboxes/" + box.id() + "/ports/99999/").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPausedSandboxIsUnavailable() throws Exception {
        try (Sandboxes sandboxes = Sandboxes.open(box.server.address.toString(), RealServer.TOKEN);
                var paused = sandboxes.create(SandboxSpec.of("host"))) {
            paused.pause();
            var answer = box.server.get("/v1/sandboxes/" + paused.id() + "/ports/8000/");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("UNAVAILABLE", "the sandbox is paused", "sandjar resume " + paused.id());
        }
    }

    @Test
    void whatPassesIsUseOfTheSandbox() throws Exception {
        Instant before = box.sandbox.info().lastActivityAt();
        box.get("/");
        assertThat(box.sandbox.info().lastActivityAt()).isAfter(before);
    }

    @Test
    void withoutHostNamesTheAddressOfAPortIsItsPath() throws Exception {
        assertThat(box.sandbox.url(PreviewedSandbox.PORT)).isEqualTo(box.server.address.resolve(box.path("/")));
        assertThatThrownBy(() -> box.sandbox.url(0)).hasMessage("port is 0, allowed: 1 to 65535");
    }

    // ---- answers

    @Test
    void anAnswerOfAHundredMegabytesIsWhole() throws Exception {
        box.sandbox.run("truncate", "-s", "100M", "large");
        box.start("python3", "-u", "-m", "http.server", "8002");
        var answer = HttpClient.newHttpClient()
                .send(
                        box.server
                                .request("/v1/sandboxes/" + box.id() + "/ports/8002/large")
                                .build(),
                        BodyHandlers.ofInputStream());
        assertThat(answer.body().transferTo(OutputStream.nullOutputStream())).isEqualTo(100 << 20);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        with a length       | HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nwell      | 200 | well
        in chunks           | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nw\\r\\n3\\r\\nell\\r\\n0\\r\\n\\r\\n | 200 | well
        until its end       | HTTP/1.1 200 OK\\r\\n\\r\\nwell                             | 200 | well
        by HTTP/1.0         | HTTP/1.0 404 Nowhere\\r\\n\\r\\nwell                        | 404 | well
        of simple lines     | HTTP/1.1 200 OK\\nA: b\\n\\nwell                            | 200 | well
        after interim ones  | HTTP/1.1 103 Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 100 C\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\nwell | 200 | well
        without a body      | HTTP/1.1 204 No\\r\\n\\r\\n                                 | 204 | ''
        not modified        | HTTP/1.1 304 Not\\r\\nContent-Length: 70\\r\\n\\r\\n        | 304 | ''
        """)
    void anAnswerEndsWhereTheProgramSaysSo(String what, String said, int status, String body) throws Exception {
        for (int i = 0; i < 2; i++) { // the second one over the same connection
            var answer = box.server.get(box.path(raw(said)));
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).isEqualTo(body);
        }
    }

    @Test
    void trailersComeToo() throws Exception {
        String said =
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nw\\r\\n0\\r\\nX-Sum: 7\\r\\nSet-Cookie: a=b\\r\\n\\r\\n";
        assertThat(box.answer(box.wire("GET", raw(said), "Connection: close")))
                .contains("0\r\nX-Sum: 7\r\n\r\n")
                .doesNotContain("a=b");
    }

    @Test
    void headIsAnsweredWithTheLengthOfWhatGetWouldBring() throws Exception {
        String answer = box.answer(box.wire("HEAD", raw("HTTP/1.1 200 OK\\r\\nContent-Length: 500\\r\\n\\r\\n"))
                + box.wire("GET", "/", "Connection: close"));
        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .containsIgnoringCase("Content-Length: 500\r\n\r\nHTTP/1.1 200");
    }

    @Test
    void aClientOfHttp10SeesTheEndByTheConnections() throws Exception {
        String wire =
                box.wire("GET", raw("HTTP/1.1 200 OK\\r\\n\\r\\nwell")).replace("HTTP/1.1\r\nHost", "HTTP/1.0\r\nHost");
        assertThat(box.answer(wire)).endsWith("\r\n\r\nwell").doesNotContainIgnoringCase("chunked");
    }

    @Test
    void anEventIsThereAsSoonAsItIsSaid() throws Exception {
        Socket events = box.send(box.wire("GET", "/events"));
        assertThat(until(events, "data: first\n\n")).contains("text/event-stream");
        box.get("/tell");
        until(events, "data: second\n\n");
    }

    @Test
    void whenTheClientGoesTheProgramHearsOfIt() throws Exception {
        Socket client = box.send(box.wire("GET", "/until_gone"));
        until(client, "here");
        client.close();
        Waiting.until(
                "the program has heard of it", () -> box.get("/heard_of?gone").equals("gone"));
    }

    // ---- what is sent

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUploadComesWhole(boolean inChunks) throws Exception {
        byte[] content = new byte[20_000_000];
        new Random(5).nextBytes(content);
        var body = inChunks
                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content))
                : BodyPublishers.ofByteArray(content);
        assertThat(box.server.send(box.request("/upload").POST(body)).body())
                .isEqualTo("20000000 "
                        + HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws Exception {
        Socket client =
                box.send(box.wire("POST", "/upload", "Content-Length: 3", "Expect: 100-continue", "Connection: close"));
        assertThat(until(client, "\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        client.getOutputStream().write("abc".getBytes());
        assertThat(rest(client)).startsWith("HTTP/1.1 200").contains("\r\n\r\n3 ba7816bf");
    }

    @Test
    void aClientThatIsRefusedNeedNotSendItsBody() throws Exception {
        Socket client = box.send(box.wire("POST", "/upload", "Content-Length: 3", "Expect: 100-continue")
                .replace("/ports/8000", "/ports/8999"));
        assertThat(until(client, "\r\n\r\n")).startsWith("HTTP/1.1 502 ");
    }

    @Test
    void aProgramMayAnswerBeforeItHasHeardAll() throws Exception {
        Socket client = box.send(box.wire("POST", "/early", "Content-Length: 100000000"));
        assertThat(until(client, "\r\n\r\nbig")).startsWith("HTTP/1.1 413 ");
    }

    // ---- WebSocket

    private static final class Heard implements WebSocket.Listener {
        final LinkedBlockingQueue<String> words = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder parts = new StringBuilder();
        long bytes;

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                words.add(parts.toString());
                parts.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                words.add("binary " + bytes);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }
    }

    private static WebSocket webSocket(Heard heard) throws Exception {
        URI address = URI.create("ws://127.0.0.1:" + box.server.address.getPort() + box.path("/websocket"));
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + RealServer.TOKEN)
                .subprotocols("chat")
                .buildAsync(address, heard)
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void aWebSocketIsOneFromEndToEnd() throws Exception {
        var heard = new Heard();
        WebSocket socket = webSocket(heard);
        assertThat(socket.getSubprotocol()).isEqualTo("chat");
        assertThat(heard.words.poll(20, TimeUnit.SECONDS)).isEqualTo("welcome");
        socket.sendText("hé", true).get();
        assertThat(heard.words.poll(20, TimeUnit.SECONDS)).isEqualTo("hé");
        socket.sendBinary(ByteBuffer.allocate(5_000_000), true).get();
        assertThat(heard.words.poll(20, TimeUnit.SECONDS)).isEqualTo("binary 5000000");
        socket.sendClose(4_001, "enough").get();
        assertThat(heard.closed.get(20, TimeUnit.SECONDS)).isEqualTo(4_001);
    }

    @Test
    void aTokenThatAWebSocketOffersAsAProtocolLetsInAndIsNotPassedOn() throws Exception {
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(RealServer.TOKEN.getBytes());
        String asked = box.wire(
                        "GET", "/", "Connection: close", "Sec-WebSocket-Protocol: chat, sandjar.bearer." + token)
                .replaceFirst("Authorization: .*\r\n", "");
        assertThat(box.answer(asked))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nSec-WebSocket-Protocol: chat\r\n")
                .doesNotContain(token);
    }

    @Test
    void aWebSocketThatTheProgramEndsIsEnded() throws Exception {
        Socket socket = box.send(
                box.wire("GET", "/websocket", "Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA"));
        until(socket, "welcome");
        socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0x83, 0, 0, 0, 0, 'b', 'y', 'e'});
        assertThat(rest(socket)).endsWith("bye");
    }

    @Test
    void aWebSocketThatIsRefusedIsAnAnswerAsAnyOther() throws Exception {
        String asked =
                box.wire("GET", "/early", "Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA");
        assertThat(box.answer(asked + box.wire("GET", "/", "Connection: close")))
                .startsWith("HTTP/1.1 413 ")
                .contains("bigHTTP/1.1 200 OK\r\n");
    }

    @Test
    void noOtherProtocolIsChangedTo() throws Exception {
        String head = box.answer(box.wire(
                "GET",
                "/",
                "Connection: close",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABk"));
        assertThat(head).contains("\r\nConnection: close\r\n").doesNotContain("h2c", "HTTP2-Settings");
    }

    // ---- pages share the server's address

    @Test
    void aPageByPathHasAnOriginThatNobodyElseHas() throws Exception {
        HttpResponse<String> page = box.server.get(box.path(headers("Content-Security-Policy: default-src *")));
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .hasSize(2)
                .anyMatch(policy -> policy.startsWith("sandbox ") && !policy.contains("allow-same-origin"));
    }

    @ParameterizedTest
    @CsvSource({
        "/there, PREFIX/there",
        "PREFIX/there, PREFIX/there",
        "there, there",
        "http://localhost:8000/there, PREFIX/there",
        "https://127.0.0.1:8000, PREFIX/",
        "http://localhost:9000/there, http://localhost:9000/there",
        "http://elsewhere/there, http://elsewhere/there",
        "//elsewhere/there, //elsewhere/there"
    })
    void aRedirectionStaysBelowThePort(String said, String told) throws Exception {
        String location = said.replace("PREFIX", box.path(""));
        assertThat(box.server
                        .get(box.path(headers("Location: " + location)))
                        .headers()
                        .firstValue("Location"))
                .hasValue(told.replace("PREFIX", box.path("")));
    }

    @ParameterizedTest
    @CsvSource({
        "a=b, sandjar-port-a=b; Path=PREFIX/",
        "'a=b; path=/; Domain=x; HttpOnly', sandjar-port-a=b; Path=PREFIX/; HttpOnly",
        "'a=b; Path=/below; PATH=/deep; Secure', sandjar-port-a=b; Path=PREFIX/deep; Secure",
        "__Host-a=b, sandjar-port-__Host-a=b; Path=PREFIX/"
    })
    void aCookieIsKeptToThePathOfItsPort(String said, String told) throws Exception {
        assertThat(box.server
                        .get(box.path(headers("Set-Cookie: " + said)))
                        .headers()
                        .allValues("Set-Cookie"))
                .containsExactly(told.replace("PREFIX", box.path("")));
    }
}
