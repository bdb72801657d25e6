package dev.sandjar.compat.sessions;

import static dev.sandjar.compat.sessions.OtherServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom REST calls and tunnels believe, against a server whose certificate is for {@code localhost} and nobody else. */
@Timeout(60)
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path folder;

    private static SSLContext context;

    @BeforeAll
    static void makeCertificate() throws Exception {
        Path file = folder.resolve("store");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "s",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).as(said).isTrue();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("s", store.getCertificate("s"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    private static OtherServer server() throws Exception {
        return new OtherServer(
                context.getServerSocketFactory(),
                json(200, OtherServer.session("s1")),
                json(200, OtherServer.session("s1")));
    }

    private static SessionsClient.Builder client(OtherServer server, String host) {
        return SessionsClient.builder()
                .apiUrl("https://" + host + ":" + server.port())
                .token("t");
    }

    @Test
    void whoIsVouchedForUnderItsNameIsBelieved() throws Exception {
        try (var server = server();
                var client = client(server, "localhost").sslContext(context).build();
                HttpConnectTunnel tunnel = client.tunnel("s1").open()) {
            assertThat(tunnel.isOpen()).isTrue();
            assertThat(client.getSession("s1").sessionId()).isEqualTo("s1");
        }
    }

    @Test
    void whoHasAnotherNameIsNotBelieved() throws Exception {
        try (var server = server();
                var client = client(server, "127.0.0.1").sslContext(context).build()) {
            assertThatThrownBy(() -> client.getSession("s1")).isInstanceOf(SandboxConnectionException.class);
            assertThatThrownBy(() -> client.tunnel("s1").open()).isInstanceOf(SandboxConnectionException.class);
            assertThat(server.requests).isEmpty(); // and got no token
        }
    }

    @Test
    void whomNobodyVouchesForIsNotBelieved() throws Exception {
        try (var server = server();
                var client = client(server, "localhost").build()) {
            assertThatThrownBy(() -> client.getSession("s1")).isInstanceOf(SandboxConnectionException.class);
            assertThatThrownBy(() -> client.tunnel("s1").open()).isInstanceOf(SandboxConnectionException.class);
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    void withoutVerificationEverybodyIsBelieved() throws Exception {
        try (var server = server();
                var client = client(server, "127.0.0.1").verifyTls(false).build();
                HttpConnectTunnel tunnel = client.tunnel("s1").open()) {
            assertThat(tunnel.isOpen()).isTrue();
            assertThat(client.getSession("s1").sessionId()).isEqualTo("s1");
        }
    }

    @Test
    void verificationThatIsSwitchedOnAgainIsThatOfTheContext() throws Exception {
        try (var server = server();
                var client = client(server, "localhost")
                        .sslContext(context)
                        .verifyTls(false)
                        .verifyTls(true)
                        .build();
                HttpConnectTunnel tunnel = client.tunnel("s1").open()) {
            assertThat(tunnel.isOpen()).isTrue();
        }
    }

    @Test
    void aTunnelNamesTheHostItMeans() throws Exception {
        try (var server = server();
                var client = client(server, "localhost").sslContext(context).build();
                HttpConnectTunnel _ = client.tunnel("s1").open()) {
            assertThat(server.serverNames).containsExactly("localhost");
        }
    }
}
