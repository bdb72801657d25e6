package dev.sandjar.system;

import static dev.sandjar.system.PreviewedSandbox.headers;
import static dev.sandjar.system.PreviewedSandbox.raw;
import static dev.sandjar.system.PreviewedSandbox.rest;
import static dev.sandjar.system.PreviewedSandbox.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that answer what they should not, and clients that ask so: both against the server, and each against the other. */
@Timeout(60)
class HostilePreviewTest {
    private static PreviewedSandbox box;

    @BeforeAll
    static void start() throws Exception {
        box = new PreviewedSandbox(
                "hostile",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx96m",
                "SANDJAR_LIMITS_ANSWER=2s",
                "SANDJAR_LIMITS_BODY=1s",
                "SANDJAR_PREVIEW_IDLE=2s");
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
    }

    @AfterEach
    void othersAreServed() throws Exception {
        box.hangUp();
        Waiting.until(
                "a request is served as before",
                () -> box.server.get(box.path("/")).statusCode() == 200);
    }

    // ---- programs

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\\x00",
                "hello\\n",
                "SSH-2.0-x\\r\\n",
                "HTTP/1.1\\r\\n\\r\\n",
                "HTTP/1.1 abc OK\\r\\n\\r\\n",
                "HTTP/1.1 99 OK\\r\\n\\r\\n",
                "HTTP/1.1 600 OK\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA: b",
                "HTTP/1.1 200 OK\\r\\nA: b\\rSet-Cookie: c=d\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA: b\\x00c\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nwell\\r\\n0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nab",
                "HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\nab",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "HTTP/1.1 101 Switching\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: x\\r\\n\\r\\n"
            })
    void whatIsNoAnswerIsToldAsThat(String said) throws Exception {
        var answer = box.server.get(box.path(raw(said)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
        assertThat(answer.body()).contains("UNAVAILABLE", "remedy").doesNotContain("Set-Cookie", "SSH-2.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: b\\r\\n", "\\r\\n", "x", "HTTP/1.1 100 C\\r\\n\\r\\n"})
    void aHeadWithoutEndIsCutShort(String said) throws Exception {
        String path = "/forever?" + said.replace(" ", "%20").replace("\\", "%5C");
        assertThat(box.server.get(box.path(path)).statusCode()).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/deaf", "/trickle"})
    void aProgramThatDoesNotAnswerInTimeIsNotWaitedFor(String path) throws Exception {
        var answer = box.server.get(box.path(path));
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("the limit \\\"answer\\\" (2 s)", "sandjar.limits.answer");
    }

    @Test
    void aSandboxThatIsPausedInTheMiddleKeepsNobodyWaiting() throws Exception {
        Socket events = box.send(box.wire("GET", "/events"));
        until(events, "data: first");
        Socket asked = box.send(box.wire("GET", "/deaf"));
        Waiting.until("it is asked", () -> box.get("/heard_of?deaf").equals("yes"));
        box.sandbox.pause();
        try {
            assertThat(until(asked, "\r\n\r\n")).startsWith("HTTP/1.1 504 ");
            assertThat(rest(events)).doesNotContain("\r\n0\r\n");
        } finally {
            box.sandbox.resume();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhalf",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nhalf\\r\\n",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nhalf\\r\\nxyz\\r\\n"
    })
    void anAnswerThatEndsInTheMiddleIsNoWholeOne(String said) throws Exception {
        String answer;
        try {
            answer = box.answer(box.wire("GET", raw(said), "Connection: close"));
        } catch (SocketException reset) {
            return; // which is as clear
        }
        if (!answer.startsWith("HTTP/1.1 502 ")) { // as it is where that was seen in time
            assertThat(answer).doesNotContain("\r\n0\r\n");
            assertThat(answer.length()).isLessThan(answer.indexOf("\r\n\r\n") + 4 + 10);
        }
    }

    @Test
    void aSecondAnswerIsNobodys() throws Exception {
        String twice =
                "HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nwellHTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nevil";
        String answer = box.answer(box.wire("GET", raw(twice)) + box.wire("GET", "/", "Connection: close"));
        assertThat(answer)
                .contains("\r\n\r\nwellHTTP/1.1 200 OK\r\n", "GET / HTTP/1.1")
                .doesNotContain("evil");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Strict-Transport-Security: max-age=9",
                "Clear-Site-Data: *",
                "Alt-Svc: h2",
                "NEL: x",
                "Report-To: x",
                "Accept-CH: Sec-CH-UA-Model",
                "Expect-CT: max-age=9",
                "Set-Login: logged-out",
                "WWW-Authenticate: Basic",
                "X-Request-Id: req-of-the-program",
                "Connection: X-Hop\\r\\nX-Hop: 1",
                "Keep-Alive: timeout=9",
                "Proxy-Authenticate: Basic"
            })
    void whatSpeaksForTheWholeServerIsNotPassedOn(String header) throws Exception {
        var answer = box.server.get(box.path(headers(header)));
        assertThat(answer.body()).isEqualTo("well");
        String name = header.replaceFirst(".*\\\\n", "").replaceFirst(":.*", "");
        assertThat(answer.headers().firstValue(name)).isEmpty();
    }

    @Test
    void anAnswerThatNobodyReadsFillsNobodysMemoryAndIsCut() throws Exception {
        var clients = new ArrayList<Socket>();
        for (int i = 0; i < 20; i++) {
            clients.add(box.send(box.wire("GET", "/endless")));
        }
        for (Socket client : clients) {
            until(client, "xxxx");
        }
        Waiting.until("all are cut", () -> box.get("/how_many_ended").equals("20"));
    }

    /** As many as there is room for, of half a third of 96 MB, each of which takes half a MB. */
    @Test
    void whoeverHasHisShareUnderWayLeavesRoomForOthers() throws Exception {
        try (Sandboxes bobs = Sandboxes.open(box.server.address.toString(), RealServer.OTHER_TOKEN);
                var other = bobs.create(SandboxSpec.of("host"))) {
            var waiting = new ArrayList<Socket>();
            for (int i = 0; i < 40; i++) {
                waiting.add(box.send(box.wire("GET", "/deaf", "Connection: close")));
            }
            var statuses = new ArrayList<String>();
            assertThat(box.answer("GET /v1/sandboxes/" + other.id() + "/ports/8000/ HTTP/1.1\r\nHost: x\r\n"
                            + "Connection: close\r\nX-API-Key: " + RealServer.OTHER_TOKEN + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 502 "); // and not 429
            for (Socket socket : waiting) {
                statuses.add(rest(socket).substring(9, 12));
            }
            assertThat(statuses).contains("429", "504").containsOnly("429", "504");
        }
    }

    // ---- clients

    @Test
    void aBodyThatStopsIsNotWaitedFor() throws Exception {
        Socket client = box.send(box.wire("POST", "/upload", "Content-Length: 100") + "some");
        assertThat(until(client, "requestId")).startsWith("HTTP/1.1 504 ").contains("limit \\\"body\\\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked"})
    void aBodyThatIsCutIsNoWholeOneToTheProgram(String length) throws Exception {
        box.get("/forget");
        Socket client = box.send(box.wire("POST", "/upload", length) + "4\r\nsome\r\n");
        Waiting.until("it has begun", () -> box.get("/heard_of?begun").equals("yes"));
        client.close();
        Waiting.until(
                "the program has heard of the cut",
                () -> box.get("/heard_of?cut").equals("yes"));
        assertThat(box.get("/heard_of?whole")).isEqualTo("nothing");
    }

    @ParameterizedTest
    @CsvSource({
        "'Content-Length: 5|Transfer-Encoding: chunked'",
        "'Transfer-Encoding: xchunked'",
        "'Content-Length: 5|Content-Length: 6'",
        "'Content-Length: +5'",
        "'Content-Length : 5'"
    })
    void aBodyWhoseEndIsNotClearIsRefused(String headers) throws Exception {
        String answer =
                box.answer(box.wire("POST", "/", headers.split("\\|")) + "0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400 ").doesNotContain("smuggled");
    }

    @Test
    void whereABodyEndsIsNoHeaderOfTheHop() throws Exception {
        String answer = box.answer(box.wire(
                        "POST", "/upload", "Content-Length: 2", "Connection: close", "Connection: Content-Length, Host")
                + "ab");
        assertThat(answer).contains("\r\n\r\n2 fb8e20fc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/\u00e9", "/a\u0001b", "/a\u007fb"})
    void aPathOfOtherThanPrintableAsciiIsRefused(String path) throws Exception {
        assertThat(box.answer(box.wire("GET", path, "Connection: close"))).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aWebSocketInWhichNobodySpeaksIsEnded() throws Exception {
        Socket socket = box.send(
                box.wire("GET", "/websocket", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA"));
        until(socket, "welcome");
        assertThat(rest(socket)).isEmpty();
    }

    @Test
    void aClientThatReadsNoWebSocketIsCut() throws Exception {
        Socket socket = box.send(
                box.wire("GET", "/websocket", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA"));
        until(socket, "welcome");
        byte[] frame = new byte[14 + (1 << 20)];
        byte[] head = {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0};
        System.arraycopy(head, 0, frame, 0, head.length);
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    socket.getOutputStream().write(frame);
                }
            } catch (IOException cut) {
                // as is waited for
            }
        });
        sender.join();
    }
}
