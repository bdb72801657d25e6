package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Visitors of a preview, who came by a link, and what they leave its owner. */
@Timeout(60)
class HostileVisitorsTest {
    private static final String DOMAIN = "preview.example";
    private static final Pattern LINK = Pattern.compile("\"url\" *: *\"([^\"]+)\"");
    private static final Pattern COOKIE = Pattern.compile("Set-Cookie: ([^;]+);");

    private static PreviewedSandbox box;
    private static String visiting; // the headers of a visitor

    @BeforeAll
    static void start() throws Exception {
        box = new PreviewedSandbox(
                "visitors", "-Xmx96m", "SANDJAR_LIMITS_ANSWER=5s", "SANDJAR_PREVIEW_DOMAIN=" + DOMAIN);
        URI link = URI.create(found(
                LINK,
                box.server
                        .post("/v1/sandboxes/" + box.id() + "/access/8000", "")
                        .body()));
        String head = " HTTP/1.1\r\nHost: " + box.host(PreviewedSandbox.PORT, DOMAIN)
                + "\r\nUpgrade-Insecure-Requests: 1\r\n";
        String opened =
                box.answer("GET " + link.getRawPath() + "?" + link.getRawQuery() + head + "Connection: close\r\n\r\n");
        visiting = head + "Cookie: " + found(COOKIE, opened) + "\r\n";
    }

    private static String found(Pattern pattern, String in) {
        Matcher found = pattern.matcher(in);
        assertThat(found.find()).as(in).isTrue();
        return found.group(1);
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
    }

    @AfterEach
    void hangUp() throws IOException {
        box.hangUp();
    }

    @Test
    void visitorsWhoWaitTakeNothingOfTheOwnersShare() throws Exception {
        for (int i = 0; i < 100; i++) {
            box.send("GET /deaf" + visiting + "\r\n");
        }
        PreviewedSandbox.until(
                box.send("GET /deaf" + visiting + "\r\n"), "HTTP/1.1 429 "); // there are as many as may be
        assertThat(box.server.get(box.path("/")).statusCode()).isEqualTo(200);
        box.sandbox.files().write("mine", "mine");
    }

    /** Clients of WebSockets that are gone say so by no more than that they have said all. */
    @Test
    void webSocketsWhoseClientsAreGoneHoldNothingForLong() throws Exception {
        for (int i = 0; i < 40; i++) {
            var socket = box.send(box.wire(
                    "GET",
                    "/hung",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            PreviewedSandbox.until(socket, "\r\n\r\n");
            socket.close();
        }
        Waiting.until(
                "a request is served as before",
                () -> box.server.get(box.path("/")).statusCode() == 200);
    }
}
