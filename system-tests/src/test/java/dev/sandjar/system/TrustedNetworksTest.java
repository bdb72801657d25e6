package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that can send no credentials: let in from networks that the operator names, and from nowhere else. That nobody is by default, {@link CredentialsTest} shows. */
@Timeout(120)
class TrustedNetworksTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/trusted");

    private static RealServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(
                HOME,
                "SANDJAR_AUTH_TRUSTED_NETWORKS=198.18.0.0/15,127.0.0.0/8",
                "SANDJAR_AUTH_TRUSTED_HOSTS=sandjar.example");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void theGenerationsOfClientsWithoutCredentialsDoAllTheyDo() throws Exception {
        Process client = new ProcessBuilder(
                        "/usr/bin/python3", // Debian's own, which has the libraries
                        "src/test/resources/clients/trusted.py",
                        server.address.toString())
                .redirectErrorStream(true)
                .start();
        client.getOutputStream().close();
        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("all of them work\n");
        assertThat(client.waitFor()).isZero();
    }

    @Test
    void theServerWarnsOfItWhenItStarts() {
        assertThat(server.said())
                .contains("warning: who comes from 198.18.0.0/15, 127.0.0.0/8 needs no token and is the owner trusted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:80", "localhost", "[::1]:80", "sandjar.example", "SANDJAR.example:8080"})
    void theyMayCallTheServerByItsNames(String host) throws Exception {
        assertThat(asked("GET /v1/sessions HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization: Bearer wrong, these credentials are not known here",
        "Authorization: Basic YTpi, these credentials are of a kind",
        "X-API-Key: wrong, these credentials are not known here",
        "Origin: http://evil.example, it comes from a web page (Origin)",
        "Origin: null, it comes from a web page (Origin)",
        "Referer: http://evil.example, it comes from a web page (Referer)",
        "Sec-Fetch-Site: cross-site, it comes from a web page (Sec-Fetch-Site)",
        "User-Agent: Mozilla/5.0 (X11), it comes from a browser (User-Agent)",
        "X-Forwarded-For: 127.0.0.1, it came through a proxy (X-Forwarded-For)",
        "Forwarded: for=127.0.0.1, it came through a proxy (Forwarded)",
        "Via: 1.1 proxy, it came through a proxy (Via)",
        "X-Real-IP: 127.0.0.1, it came through a proxy (X-Real-IP)"
    })
    void wrongCredentialsAreNotAsGoodAsNoneNorIsWhatComesForSomebodyElse(String header, String why) throws Exception {
        for (String path : new String[] {"/v1/sessions", "/v1/api/sandboxes"}) {
            assertThat(asked("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 401 ")
                    .contains(why);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "127.0.0.1.evil.example",
                "sandjar.example.evil.example",
                "localhost.evil.example"
            })
    void aNameThatAnybodyMayHaveGivenToTheServersAddressIsRefused(String host) throws Exception {
        assertThat(asked("GET /v1/sessions HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ")
                .contains("sandjar.auth.trusted.hosts");
    }

    @Test
    void whatTheyMakeIsNobodyElses() throws Exception {
        String made = asked("POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 2\r\n\r\n{}");
        String id = made.replaceAll("(?s).*\"sessionId\":\"([^\"]*)\".*", "$1");
        assertThat(made).contains("\"status\":\"running\""); // capital under /v1 only
        assertThat(server.get("/sessions/" + id).statusCode()).isEqualTo(404);
        assertThat(asked("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(asked("DELETE /sessions/" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void whoComesFromElsewhereNeedsCredentials() throws Exception {
        try (var other = new RealServer(
                HOME.resolveSibling("trusted-elsewhere"), "SANDJAR_AUTH_TRUSTED_NETWORKS=198.18.0.0/15")) {
            for (String request :
                    new String[] {"GET /v1/sessions", "CONNECT /v1/sessions/00000000-0000-4000-8000-000000000000"}) {
                assertThat(asked(other, request + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                        .startsWith("HTTP/1.1 401 ")
                        .contains("no credentials");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "10.0.0.0/33", "trusted.example/8", "10.0.0.0/x"})
    void whatIsNoNetworkStopsTheStart(String networks) {
        assertThatThrownBy(() -> new RealServer(
                        HOME.resolveSibling("trusted-malformed"), "SANDJAR_AUTH_TRUSTED_NETWORKS=" + networks))
                .hasMessageContaining("sandjar.auth.trusted.networks has " + networks + ", allowed: networks such as");
    }

    private static String asked(String head) throws IOException {
        return asked(server, head);
    }

    private static String asked(RealServer of, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", of.address.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(request.replaceFirst("\r\n", "\r\nConnection: close\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
