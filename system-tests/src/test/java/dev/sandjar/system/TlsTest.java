package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.compat.kubebox.CommandExit;
import dev.sandjar.compat.kubebox.SandboxClient;
import dev.sandjar.compat.sessions.SessionSshClient;
import dev.sandjar.compat.sessions.SessionsClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server with a certificate of its own. */
class TlsTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/tls");

    @TempDir
    static Path folder;

    private static RealServer server;
    private static HttpClient trusting;
    private static SSLContext tls;

    @BeforeAll
    static void start() throws Exception {
        KeyStore store = selfSigned();
        String key =
                pem("PRIVATE KEY", store.getKey("it", "changeit".toCharArray()).getEncoded());
        String certificate = pem("CERTIFICATE", store.getCertificate("it").getEncoded());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store(store));
        tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        trusting = HttpClient.newBuilder().sslContext(tls).build();
        server = new RealServer(
                HOME,
                "--tls-certificate=" + Files.writeString(folder.resolve("certificate.pem"), certificate),
                "--tls-key=" + Files.writeString(folder.resolve("key.pem"), key));
    }

    @AfterAll
    static void stop() throws Exception {
        trusting.close();
        server.close();
    }

    @Test
    void restWorksOverHttps() throws Exception {
        assertThat(server.address.getScheme()).isEqualTo("https");
        var created = trusting.send(
                server.request("/sessions").POST(BodyPublishers.ofString("{}")).build(), BodyHandlers.ofString());
        assertThat(created.statusCode()).isEqualTo(200);
        String id =
                new ObjectMapper().readTree(created.body()).path("sessionId").asText();
        var ran = trusting.send(
                server.request("/sessions/" + id + "/commands")
                        .POST(BodyPublishers.ofString("{\"command\": \"echo secret\"}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(ran.body()).contains("secret");
        var deleted = trusting.send(server.request("/sessions/" + id).DELETE().build(), BodyHandlers.ofString());
        assertThat(deleted.statusCode()).isEqualTo(200);
    }

    /** With TLS a piece of a body is a part of a record; without, a copy. */
    @ParameterizedTest(name = "{0} bytes at a time, {1}")
    @CsvSource({"1000, false", "4000, false", "16384, false", "100, true", "4000, true"})
    void whatIsUploadedInSmallPiecesArrivesWhole(int piece, boolean chunked) throws Exception {
        byte[] content = new byte[400_000];
        new Random(piece).nextBytes(content);
        try (var sandboxes = SessionsClient.builder()
                        .apiUrl(server.address.toString())
                        .token(RealServer.TOKEN)
                        .sslContext(tls)
                        .build();
                Socket socket =
                        tls.getSocketFactory().createSocket(server.address.getHost(), server.address.getPort())) {
            String id = sandboxes.createSession().sessionId();
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/sessions/" + id
                            + "/files?path=f HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                            + RealServer.TOKEN + "\r\n"
                            + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + content.length)
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int at = 0; at < content.length; at += piece) {
                int count = Math.min(piece, content.length - at);
                if (chunked) {
                    out.write((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                out.write(content, at, count);
                if (chunked) {
                    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String sum =
                    HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
            assertThat(answer).startsWith("HTTP/1.1 201").contains(sum);
            sandboxes.deleteSession(id);
        }
    }

    @Test
    void sshComesThroughHttpsToo() {
        try (var sessions = SessionsClient.builder()
                .apiUrl(server.address.toString())
                .token(RealServer.TOKEN)
                .sslContext(tls)
                .build()) {
            String id = sessions.createSession().sessionId();
            try (SessionSshClient ssh =
                    sessions.ssh(id).password(RealServer.TOKEN).connect()) {
                assertThat(ssh.run("echo secret", Duration.ofSeconds(30)).stdout())
                        .isEqualTo("secret\n");
            }
            sessions.deleteSession(id);
        }
    }

    @Test
    void socketIoComesThroughHttpsToo() throws Exception {
        try (var kubebox = SandboxClient.builder()
                        .url(server.address.toString())
                        .token(RealServer.TOKEN)
                        .sslContext(tls)
                        .build();
                var sessions = SessionsClient.builder()
                        .apiUrl(server.address.toString())
                        .token(RealServer.TOKEN)
                        .sslContext(tls)
                        .build()) {
            kubebox.initializeSession("tls", "");
            var said = new StringBuilder();
            kubebox.runCommand("tls", "seq 2000; exit 3")
                    .forEach(event -> said.append(
                            event instanceof CommandExit exit ? "exit " + exit.exitCode() : event.output()));
            assertThat(said)
                    .hasToString(IntStream.rangeClosed(1, 2_000)
                                    .mapToObj(i -> i + "\n")
                                    .collect(Collectors.joining()) + "exit 3");
            sessions.listSessions().sessions().forEach(one -> sessions.deleteSession(one.sessionId()));
        }
    }

    @Test
    void whoDoesNotTrustTheCertificateSendsNothing() {
        assertThatThrownBy(() -> server.get("/sessions")).isInstanceOf(SSLException.class);
    }

    @Test
    void plainTextIsRefusedAtOnceAndTheServerGoesOn() throws Exception {
        try (var socket = new Socket(server.address.getHost(), server.address.getPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(told(socket)).doesNotContain("HTTP/1.1 200");
        }
        var health = trusting.send(server.request("/health").build(), BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(server.said()).doesNotContain("\tat ");
    }

    @ParameterizedTest(name = "{0} alone")
    @CsvSource({"--tls-certificate, --tls-key", "--tls-key, --tls-certificate"})
    void halfOfItIsRefusedInsteadOfServingPlainText(String given, String missing) {
        assertThatThrownBy(() -> new RealServer(HOME, given + "=any.pem").close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sandjar: " + missing + " is missing, allowed: both or neither");
    }

    /** All there is to read until the server closes. */
    private static String told(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (java.net.SocketException reset) {
            return "";
        }
    }

    private static KeyStore selfSigned() throws Exception {
        Path file = folder.resolve("it.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "it",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1,dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
    }

    private static KeyStore store(KeyStore own) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("it", own.getCertificate("it"));
        return trusted;
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + what
                + "-----\n";
    }
}
