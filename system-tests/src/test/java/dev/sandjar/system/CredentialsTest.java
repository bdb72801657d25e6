package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.Waiting;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes in, as whom, and who does not. */
class CredentialsTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/credentials");
    private static final byte[] SECRET = "a secret of thirty-two bytes or more".getBytes(StandardCharsets.UTF_8);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static KeyPair pair;
    private static RealServer server;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws Exception {
        pair = Jwt.rsa();
        Path pem = Files.writeString(folder.resolve("key.pem"), Jwt.pem(pair));
        server = new RealServer(
                HOME,
                "SANDJAR_AUTH_JWT_SECRET=" + new String(SECRET, StandardCharsets.UTF_8),
                "-Dsandjar.auth.jwt.public-key=" + pem,
                "-Dsandjar.auth.jwt.issuer=https://issuer.example",
                "-Dsandjar.auth.jwt.audience=sandjar",
                "-Dsandjar.limits.wrong-credentials=1000000");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void bothKindsOfSignatureAreTakenInBothHeaders() throws Exception {
        String hs256 = Jwt.hs256(Jwt.claims("carol"), SECRET);
        String rs256 = Jwt.rs256(Jwt.claims("carol"), pair.getPrivate(), "any");
        for (String token : new String[] {hs256, rs256}) {
            assertThat(list(server, token).statusCode()).isEqualTo(200);
            assertThat(list(server, "X-API-Key", token).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theSubjectIsTheOwner() throws Exception {
        String carol = Jwt.hs256(Jwt.claims("carol"), SECRET);
        String id = JSON.readTree(send(server, "POST", "/sessions", "Authorization", "Bearer " + carol)
                        .body())
                .path("sessionId")
                .asText();
        try {
            String again = Jwt.rs256(Jwt.claims("carol"), pair.getPrivate(), null);
            assertThat(send(server, "GET", "/sessions/" + id, "Authorization", "Bearer " + again)
                            .statusCode())
                    .isEqualTo(200);
            String mallory = Jwt.hs256(Jwt.claims("mallory"), SECRET);
            for (String other : new String[] {mallory, RealServer.TOKEN}) {
                assertThat(send(server, "GET", "/sessions/" + id, "Authorization", "Bearer " + other)
                                .statusCode())
                        .isEqualTo(404);
            }
        } finally {
            assertThat(send(server, "DELETE", "/sessions/" + id, "Authorization", "Bearer " + carol)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** Each differs from a good token in one thing. */
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "exp, -120",
        "exp, nothing",
        "nbf, 120",
        "iss, https://other.example",
        "iss, nothing",
        "aud, somebody-else",
        "aud, nothing",
        "sub, nothing",
        "sub, ''",
        "sub, 'two\nlines'",
    })
    void aTokenWithAWrongClaimIsRefused(String claim, String value) throws Exception {
        Map<String, Object> claims = Jwt.claims("carol");
        assertThat(list(server, Jwt.hs256(claims, SECRET)).statusCode()).isEqualTo(200);
        if (value.equals("nothing")) {
            claims.remove(claim);
        } else if (value.matches("-?[0-9]+")) {
            claims.put(claim, Instant.now().getEpochSecond() + Long.parseLong(value));
        } else {
            claims.put(claim, value);
        }
        refused(list(server, Jwt.hs256(claims, SECRET)));
        refused(list(server, Jwt.rs256(claims, pair.getPrivate(), null)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "HS256", "RS256", "ES256", "HS512", ""})
    void aTokenWithoutASignatureIsRefused(String algorithm) throws Exception {
        refused(list(server, Jwt.none(Jwt.claims("carol"), algorithm)));
    }

    @Test
    void thePublicKeyIsNoSecret() throws Exception {
        byte[] pem = Files.readAllBytes(folder.resolve("key.pem"));
        refused(list(server, Jwt.hs256(Jwt.claims("carol"), pem)));
        refused(list(server, Jwt.hs256(Jwt.claims("carol"), pair.getPublic().getEncoded())));
    }

    @Test
    void aTokenBySomebodyElsesKeyIsRefused() throws Exception {
        refused(list(server, Jwt.rs256(Jwt.claims("carol"), Jwt.rsa().getPrivate(), null)));
        refused(list(server, Jwt.hs256(Jwt.claims("carol"), new byte[32])));
    }

    @Test
    void aTokenThatWasChangedIsRefused() throws Exception {
        String[] carol = Jwt.hs256(Jwt.claims("carol"), SECRET).split("\\.");
        String[] mallory = Jwt.hs256(Jwt.claims("mallory"), SECRET).split("\\.");
        refused(list(server, carol[0] + "." + mallory[1] + "." + carol[2]));
        refused(list(server, carol[0] + "." + carol[1] + "."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer ..", "Bearer a..b", "test"})
    void whatIsNoTokenIsRefused(String header) throws Exception {
        refused(send(server, "GET", "/sessions", "Authorization", header));
    }

    @Test
    void aTokenOfAMegabyteIsRefusedAndTheServerGoesOn() throws Exception {
        try (var socket = new Socket(server.address.getHost(), server.address.getPort())) {
            socket.setSoTimeout(10_000);
            try {
                socket.getOutputStream()
                        .write(("GET /sessions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                        + "a.b".repeat(350_000) + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (java.io.IOException refusedBeforeTheEnd) {
                // the answer may be there all the same
            }
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 431");
        }
        assertThat(server.get("/sessions").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/api/sandboxes", "/sessions", "/sessions/any/files?path=x"})
    void nothingOfABodyIsAwaitedFromWhomIsNotKnown(String path) throws Exception {
        try (var socket = new Socket(server.address.getHost(), server.address.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 401");
        }
    }

    /** What P3, P4 and P5 send: the third and older generations of clients know no credentials. */
    @ParameterizedTest
    @ValueSource(strings = {"pico-client/1.0 (python)", "agentcube-sdk-python/1.0"})
    void clientsWithoutCredentialsAreToldWhatToSend(String agent) throws Exception {
        for (String path : new String[] {"/v1/sessions", "/v1/sandboxes"}) {
            var answer = send(server, "POST", path, "User-Agent", agent);
            refused(answer);
            JsonNode body = JSON.readTree(answer.body());
            assertThat(body.path("message").asText()).isEqualTo("no credentials");
            assertThat(body.path("details").path("remedy").asText())
                    .isEqualTo("send the header Authorization: Bearer TOKEN, or X-API-Key: TOKEN");
        }
    }

    @Test
    void whoSendsAWrongTokenIsToldWhereTheRightOnesAre() throws Exception {
        var answer = send(server, "GET", "/sessions", "Authorization", "Bearer wrong");
        refused(answer);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("message").asText()).isEqualTo("these credentials are not known here");
        assertThat(body.path("details").path("remedy").asText())
                .isEqualTo(
                        "send a token that this server knows: its operator has them in a file (sandjar.auth.token-file, usually ~/.config/sandjar/token)");
    }

    // ---- keys from an address

    @Test
    void keysFromAnAddressAreTakenAndNewOnesAreFetched() throws Exception {
        KeyPair second = Jwt.rsa();
        try (var host = new KeyHost(Jwt.keySet(pair, "one"), KeyHost.Manner.WELL);
                var remote = new RealServer(
                        HOME.resolveSibling("jwks"),
                        "-Dsandjar.auth.jwt.public-key=" + host.address(),
                        "-Dsandjar.limits.wrong-credentials=1000000")) {
            assertThat(host.asked()).as("before anybody came").isZero();
            String one = Jwt.rs256(Jwt.claims("carol"), pair.getPrivate(), "one");
            assertThat(list(remote, one).statusCode()).isEqualTo(200);
            host.answers(KeyHost.Manner.WELL, Jwt.keySet(second, "two"));
            String wrongKey = Jwt.rs256(Jwt.claims("carol"), second.getPrivate(), "one");
            refused(list(remote, wrongKey));
            for (int i = 0; i < 20; i++) {
                refused(list(remote, Jwt.rs256(Jwt.claims("carol"), second.getPrivate(), "invented" + i)));
            }
            assertThat(host.asked()).as("strangers do not make it ask").isEqualTo(1);
            String two = Jwt.rs256(Jwt.claims("carol"), second.getPrivate(), "two");
            Waiting.until("the new key is known", () -> list(remote, two).statusCode() == 200);
            refused(list(remote, one));
            host.answers(KeyHost.Manner.WITH_AN_ERROR, "");
            assertThat(list(remote, two).statusCode())
                    .as("its outage is not ours")
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(value = KeyHost.Manner.class, mode = EnumSource.Mode.EXCLUDE, names = "WELL")
    void withoutKeysTokensAreRefusedInTimeAndOthersAreServed(KeyHost.Manner manner) throws Exception {
        try (var host = new KeyHost("", manner);
                var remote = new RealServer(
                        HOME.resolveSibling("jwks"), "-Dsandjar.auth.jwt.public-key=" + host.address())) {
            String token = Jwt.rs256(Jwt.claims("carol"), pair.getPrivate(), "one");
            long start = System.nanoTime();
            var first = Thread.ofVirtual().start(() -> {
                try {
                    list(remote, token);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(remote.get("/sessions").statusCode()).isEqualTo(200);
            first.join();
            var second = list(remote, token);
            assertThat(second.statusCode()).isEqualTo(503);
            assertThat(JSON.readTree(second.body()).path("error").asText()).isEqualTo("UNAVAILABLE");
            assertThat((System.nanoTime() - start) / 1_000_000_000).isLessThan(8);
            assertThat(host.asked()).isEqualTo(1);
        }
    }

    // ---- what is configured wrongly

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        -Dsandjar.auth.jwt.secret=short                        | sandjar.auth.jwt.secret has 5 bytes, allowed: 32 or more
        -Dsandjar.auth.jwt.public-key=http://keys.example/jwks | allowed: https, or http on loopback
        -Dsandjar.auth.jwt.public-key=/etc/hostname            | neither a PEM public key nor a JSON Web Key Set
        -Dsandjar.auth.jwt.public-key=/no/such.pem             | sandjar.auth.jwt.public-key is /no/such.pem: not readable
        """)
    void aKeyThatIsNoneStopsTheStart(String setting, String why) {
        assertThatThrownBy(() -> new RealServer(HOME.resolveSibling("jwks"), setting).close())
                .hasMessageContaining("the server did not start")
                .hasMessageContaining(why);
    }

    // ----

    private static HttpResponse<String> list(RealServer server, String token) throws Exception {
        return list(server, "Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> list(RealServer server, String header, String value) throws Exception {
        return send(server, "GET", "/sessions", header, value);
    }

    private static HttpResponse<String> send(RealServer server, String method, String path, String header, String value)
            throws Exception {
        return server.send(HttpRequest.newBuilder(server.address.resolve(path))
                .header(header, value)
                .method(method, HttpRequest.BodyPublishers.noBody()));
    }

    private static void refused(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(JSON.readTree(answer.body()).path("error").asText()).isEqualTo("UNAUTHORIZED");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
}
