package dev.sandjar.system;

import static dev.sandjar.system.PreviewedSandbox.headers;
import static dev.sandjar.system.PreviewedSandbox.lines;
import static dev.sandjar.system.PreviewedSandbox.raw;
import static dev.sandjar.system.PreviewedSandbox.rest;
import static dev.sandjar.system.PreviewedSandbox.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.CookieManager;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs in a sandbox by host names of their own, as browsers see them; behind a proxy that is told to be trusted. */
@Timeout(60)
class PreviewHostTest {
    private static final String DOMAIN = "preview.example";
    private static final Pattern COOKIE =
            Pattern.compile("Set-Cookie: ((?:__Host-)?sandjar-preview=[^;\r]*)([^\r]*)\r\n");
    private static final String SECRET = "a secret of thirty-two bytes or more";
    private static final int WRONG = 60; // wrong credentials of an address, a minute
    private static final ObjectMapper JSON = new ObjectMapper();

    private static PreviewedSandbox box;
    private static String cookie;

    @BeforeAll
    static void start() throws Exception {
        box = new PreviewedSandbox(
                "host",
                "SANDJAR_PREVIEW_DOMAIN=" + DOMAIN,
                "-Dquarkus.http.proxy.proxy-address-forwarding=true",
                "-Dquarkus.http.proxy.enable-forwarded-host=true",
                "SANDJAR_PREVIEW_PREFIX=/tools/sandjar",
                "SANDJAR_AUTH_JWT_SECRET=" + SECRET);
        cookie = cookie(opened(link(), host()));
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
    }

    private static String host() {
        return box.host(PreviewedSandbox.PORT, DOMAIN);
    }

    private static JsonNode access() throws Exception {
        return JSON.readTree(box.server
                .post("/v1/sandboxes/" + box.id() + "/access/8000", "")
                .body());
    }

    private static URI link() throws Exception {
        return URI.create(access().path("url").asText());
    }

    private static String opened(URI link, String host, String... headers) throws IOException {
        return asked("GET", link.getRawPath() + "?" + link.getRawQuery(), host, headers);
    }

    /** As a browser asks for the page that somebody goes to. */
    private static String asked(String method, String target, String host, String... headers) throws IOException {
        var all = Stream.concat(Stream.of("Upgrade-Insecure-Requests: 1"), Stream.of(headers));
        return said(method, target, host, all.toArray(String[]::new));
    }

    private static String said(String method, String target, String host, String... headers) throws IOException {
        return box.answer(
                method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + lines(headers));
    }

    private static String cookie(String answer) {
        Matcher set = COOKIE.matcher(answer);
        assertThat(set.find()).as(answer).isTrue();
        return set.group(1);
    }

    // ---- who comes in

    @Test
    void aLinkIsMadeForWhoeverHasAToken() throws Exception {
        assertThat(access().path("url").asText())
                .startsWith("http://" + host() + ":" + box.server.address.getPort() + "/?sandjar-token=");
        assertThat(Instant.parse(access().path("expiresAt").asText()))
                .isBetween(Instant.now().plusSeconds(240), Instant.now().plusSeconds(301));
        String path = "/v1/sandboxes/" + box.id() + "/access/8000";
        assertThat(asked("POST", path, "x")).startsWith("HTTP/1.1 401 ");
        assertThat(asked("POST", path, "x", "X-API-Key: " + RealServer.OTHER_TOKEN))
                .startsWith("HTTP/1.1 404 ");
    }

    @Test
    void theCommandLinePrintsIt() throws Exception {
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.sandjar.cli.Sandjar",
                        "url",
                        box.id().substring(0, 8),
                        "8000")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        command.environment().put("SANDBOX_API_URL", box.server.address.toString());
        command.environment().put("SANDBOX_API_TOKEN", RealServer.TOKEN);
        Process url = command.start();
        assertThat(url.inputReader().readLine()).startsWith("http://" + host());
    }

    @Test
    void aBrowserThatOpensItIsSentOnWithACookieOfThatHostAlone() throws Exception {
        String answer = opened(URI.create(link() + "&a=b"), host());
        assertThat(answer)
                .startsWith("HTTP/1.1 303 ")
                .contains("\r\nLocation: /?a=b\r\n")
                .contains("; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax\r\n")
                .contains("\r\nReferrer-Policy: no-referrer\r\n")
                .doesNotContain("Domain");
        assertThat(asked("GET", "/page?x", host(), "Cookie: a=b; " + cookie(answer) + "; c=d"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nGET /page?x HTTP/1.1\r\n", "\r\nCookie: a=b; c=d\r\n")
                .doesNotContain("sandjar-preview", "Content-Security-Policy", "X-Forwarded-Prefix");
    }

    @Test
    void overTlsNoOtherHostCanSetThatCookie() throws Exception {
        String answer = opened(link(), "inside", "X-Forwarded-Proto: https", "X-Forwarded-Host: " + host());
        assertThat(answer).contains("Set-Cookie: __Host-sandjar-preview=").contains("; SameSite=Lax; Secure\r\n");
        assertThat(asked("GET", "/", host(), "Cookie: " + cookie(answer), "X-Forwarded-Proto: https"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nX-Forwarded-Proto: https\r\n");
    }

    @Test
    void aPassIsOfNoUseForAnotherPortOrSandboxOrInAnotherPlace() throws Exception {
        String other = box.host(8001, DOMAIN);
        assertThat(opened(link(), other)).startsWith("HTTP/1.1 303 ").doesNotContain("Set-Cookie");
        assertThat(asked("GET", "/", other, "Cookie: " + cookie)).startsWith("HTTP/1.1 401 ");
        String stranger = host().replace(box.id().substring(0, 8), "00000000");
        assertThat(asked("GET", "/", stranger, "Cookie: " + cookie)).startsWith("HTTP/1.1 401 ");
        String ofLink = link().getQuery().replace("sandjar-token=", "");
        assertThat(asked("GET", "/", host(), "Cookie: sandjar-preview=" + ofLink))
                .startsWith("HTTP/1.1 401 ");
        String ofCookie = cookie.replaceFirst(".*?=", "");
        assertThat(asked("GET", "/?sandjar-token=" + ofCookie, host())).doesNotContain("Set-Cookie");
        assertThat(asked("GET", "/", "x", "Cookie: " + cookie)).doesNotContain("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "!", "%00"})
    void whatIsNoPassIsNone(String pass) throws Exception {
        assertThat(asked("GET", "/", host(), "Cookie: sandjar-preview=" + pass)).startsWith("HTTP/1.1 401 ");
        assertThat(asked("GET", "/?sandjar-token=" + pass, host()))
                .startsWith("HTTP/1.1 303 ")
                .doesNotContain("Set-Cookie");
    }

    /** As one that a page of another sandbox has set for the domain above both. */
    @Test
    void aPassThatWasSlippedInDoesNotKeepTheOwnersOut() throws Exception {
        assertThat(asked("GET", "/", host(), "Cookie: sandjar-preview=AAAA; " + cookie))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aTokenLetsInToo() throws Exception {
        assertThat(asked("GET", "/", host(), "Authorization: Bearer " + RealServer.TOKEN))
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain(RealServer.TOKEN);
        assertThat(asked("GET", "/", host(), "Authorization: Bearer " + RealServer.OTHER_TOKEN))
                .startsWith("HTTP/1.1 404 ");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        name and password            | Basic YTpi                                       | true
        a token that means nothing   | Bearer of-the-program                            | true
        a signed one, by others      | Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA | true
        the token of the visitor     | Bearer test-token-of-alice                       | false
        likewise, written otherwise  | bearer  test-token-of-alice                      | false
        a token of somebody else     | Bearer test-token-of-bob                         | false
        a signed one that lets in    | Bearer SIGNED                                    | false
        a signed request             | Kubebox key=k                                    | false
        """)
    void whoeverCameInByACookieSendsTheProgramItsCredentialsAndNoneOfTheServers(
            String what, String said, boolean passed) throws Exception {
        String signed = Jwt.hs256(Jwt.claims("alice"), SECRET.getBytes(StandardCharsets.UTF_8));
        String credentials = said.replace("SIGNED", signed);
        String head = asked(
                "GET",
                "/",
                host(),
                "Cookie: " + cookie,
                "Authorization: " + credentials,
                "X-API-Key: " + RealServer.TOKEN);
        assertThat(head).startsWith("HTTP/1.1 200 ").doesNotContain("X-API-Key");
        if (passed) {
            assertThat(head).contains("\r\nAuthorization: " + credentials + "\r\n");
        } else {
            assertThat(head).doesNotContainIgnoringCase("Authorization");
        }
    }

    @Test
    void aProgramsOwnTokenIsWrongOnceAndNotEachTime() throws Exception {
        String[] own = {"Cookie: " + cookie, "Authorization: Bearer of-a-program", "X-Forwarded-For: 192.0.2.1"};
        for (int i = 0; i < 2 * WRONG; i++) {
            assertThat(asked("GET", "/", host(), own)).contains("Bearer of-a-program");
        }
    }

    /** What passes and what does not would tell him which one is right. */
    @Test
    void aGuesserWithACookieIsRefusedAsAnyOther() throws Exception {
        var statuses = new ArrayList<String>();
        for (int i = 0; i < 2 * WRONG; i++) {
            String answer = asked(
                    "GET",
                    "/",
                    host(),
                    "Cookie: " + cookie,
                    "Authorization: Bearer guess-" + i,
                    "X-Forwarded-For: 192.0.2.2");
            statuses.add(answer.substring(9, 12));
        }
        assertThat(statuses).startsWith("200").contains("429").containsOnly("200", "429");
    }

    @Test
    void aWebSocketOfAPageIsLetInByItsCookie() throws Exception {
        Socket socket = box.send("GET /websocket HTTP/1.1\r\nHost: " + host() + "\r\n"
                + lines(
                        "Connection: Upgrade",
                        "Upgrade: websocket",
                        "Sec-WebSocket-Key: AAAA",
                        "Origin: http://" + host(),
                        "Cookie: " + cookie));
        assertThat(until(socket, "welcome")).startsWith("HTTP/1.1 101 ");
        socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0x83, 0, 0, 0, 0, 'b', 'y', 'e'});
        assertThat(rest(socket)).endsWith("bye");
    }

    @Test
    void aLinkLeadsNowhereElse() throws Exception {
        String query = link().getRawQuery();
        assertThat(asked("GET", "//elsewhere.example/?" + query, host())).startsWith("HTTP/1.1 400 ");
    }

    // ---- whose pages ask

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GET  | Sec-Fetch-Site: none                                                                        | 200
        GET  | Sec-Fetch-Site: same-origin                                                                 | 200
        POST | Origin: http://8000-ID.preview.example                                                      | 200
        POST | Origin: http://3000-ID.preview.example;Sec-Fetch-Site: same-site                            | 200
        GET  | Referer: http://3000-ID.preview.example/page;Sec-Fetch-Site: same-site                      | 200
        GET  | Sec-Fetch-Site: cross-site;Sec-Fetch-Mode: navigate;Sec-Fetch-Dest: document               | 200
        GET  | Sec-Fetch-Site: same-site;Sec-Fetch-Mode: navigate;Sec-Fetch-Dest: iframe                   | 403
        POST | Sec-Fetch-Site: cross-site;Sec-Fetch-Mode: navigate;Sec-Fetch-Dest: document               | 403
        GET  | Sec-Fetch-Site: same-site;Sec-Fetch-Mode: no-cors                                           | 403
        GET  | Origin: http://8000-00000000-0000-4000-8000-000000000000.preview.example;Connection: Upgrade;Upgrade: websocket | 403
        POST | Origin: http://8000-ID.preview.example.evil                                                 | 403
        POST | Origin: null                                                                                | 403
        POST | Origin: null;Sec-Fetch-Site: same-origin                                                    | 200
        POST | Origin: http://preview.example                                                              | 403
        """)
    void aPageOfAnotherSandboxAsksInNobodysName(String method, String said, int status) throws Exception {
        String[] headers = (said.replace("ID", box.id()) + ";Cookie: " + cookie).split(";(?! )");
        assertThat(said(method, "/", host(), headers)).startsWith("HTTP/1.1 " + status + " ");
    }

    /** As over plain HTTP to another machine; the page of another sandbox keeps quiet about itself where it can. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GET  | Upgrade-Insecure-Requests: 1                                               | 200
        GET  | Upgrade-Insecure-Requests: 1;Referer: http://elsewhere.example/            | 200
        GET  | Referer: http://8000-ID.preview.example/page                               | 200
        POST | Referer: http://3000-ID.preview.example/page                               | 200
        GET  | Accept: image/*                                                            | 403
        HEAD | Accept: text/html                                                          | 403
        GET  | Referer: http://8000-00000000-0000-4000-8000-000000000000.preview.example/ | 403
        POST | Content-Type: text/plain                                                   | 403
        POST | Upgrade-Insecure-Requests: 1                                               | 403
        POST | Upgrade-Insecure-Requests: 1;Origin: null                                  | 403
        POST | Referer: http://8000-00000000-0000-4000-8000-000000000000.preview.example/ | 403
        GET  | Connection: Upgrade;Upgrade: websocket                                     | 403
        """)
    void whereBrowsersSayNothingAPageMustProveWhoseItIs(String method, String said, int status) throws Exception {
        aPageOfAnotherSandboxAsksInNobodysName(method, said, status);
    }

    // ---- what a host is

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/v1/sessions", "/v1/api/sandboxes", "/metrics", "/sandboxes/x/ports/1/"})
    void everyPathOfItIsTheProgramsOwn(String path) throws Exception {
        assertThat(asked("GET", path, host(), "Cookie: " + cookie)).contains("\r\nGET " + path + " HTTP/1.1\r\n");
        assertThat(asked("GET", path, host())).startsWith("HTTP/1.1 401 ");
    }

    @ParameterizedTest
    @CsvSource({
        "8000-ID.PREVIEW.example:8080, 401",
        "0-ID.preview.example, 200",
        "70000-ID.preview.example, 200",
        "8000-ID.preview.example., 200",
        "a.8000-ID.preview.example, 200",
        "preview.example, 200"
    })
    void otherNamesAreTheServersOwn(String host, int health) throws Exception {
        assertThat(asked("GET", "/health", host.replace("ID", box.id()))).startsWith("HTTP/1.1 " + health + " ");
    }

    @Test
    void nothingIsTunnelledThroughIt() throws Exception {
        assertThat(asked("CONNECT", host() + ":443", host(), "Cookie: " + cookie))
                .startsWith("HTTP/1.1 4");
    }

    @ParameterizedTest
    @CsvSource({
        "'a=b; Path=/x; Domain=preview.example; HttpOnly', a=b; Path=/x; HttpOnly",
        "a=b, a=b",
        "sandjar-preview=x, ''",
        "'__HOST-sandjar-preview=x; Secure', ''"
    })
    void aCookieIsOfItsHostAloneAndNoneIsOurs(String said, String told) throws Exception {
        String answer = asked("GET", headers("Set-Cookie: " + said), host(), "Cookie: " + cookie);
        if (told.isEmpty()) {
            assertThat(answer).doesNotContain("Set-Cookie");
        } else {
            assertThat(answer).contains("\r\nSet-Cookie: " + told + "\r\n");
        }
    }

    // ---- by path, where a proxy has taken off the first part of it

    @Test
    void belowThePathOfAProxyARedirectionIsFollowedAndACookieComesBack() throws Exception {
        try (var proxy = new PrefixProxy(box.server.address);
                var client = HttpClient.newBuilder()
                        .cookieHandler(new CookieManager())
                        .followRedirects(HttpClient.Redirect.ALWAYS)
                        .build()) {
            URI port = proxy.address().resolve("v1/sandboxes/" + box.id() + "/ports/8000");
            assertThat(body(client, port)).contains("GET / HTTP/1.1", "X-Forwarded-Prefix: " + port.getPath());
            body(client, URI.create(port + headers("Set-Cookie: a=b; Path=/")));
            String moved = raw("HTTP/1.1 302 Found\\r\\nLocation: /there\\r\\n\\r\\n");
            assertThat(body(client, URI.create(port + moved))).contains("GET /there HTTP/1.1", "Cookie: a=b");
        }
    }

    private static String body(HttpClient client, URI address) throws Exception {
        var request = HttpRequest.newBuilder(address).header("X-API-Key", RealServer.TOKEN);
        return client.send(request.build(), BodyHandlers.ofString()).body();
    }

    @Test
    void aBrowserThatIsNotLetInIsToldSoOnAPage() throws Exception {
        assertThat(asked("GET", "/", host(), "Accept: text/html"))
                .startsWith("HTTP/1.1 401 ")
                .contains("<h1>no credentials</h1>", "sandjar url " + box.id() + " 8000");
    }
}
