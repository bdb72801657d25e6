package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that speaks TLS, and clients that want to be sure of it. Its certificate is for 127.0.0.1, and signed by itself. */
@Timeout(60)
class ClientTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path home;

    @TempDir
    static Path folder;

    private static Path certificate;
    private static RealServer server;

    @BeforeAll
    static void open() throws Exception {
        Path store = folder.resolve("store");
        var keytool = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "server",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit");
        assertThat(keytool.inheritIO().start().waitFor()).isZero();
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        certificate = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
        Path key = pem("PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded());
        server = new RealServer(home, "--tls-certificate=" + certificate, "--tls-key=" + key);
    }

    private static Path pem(String what, byte[] bytes) throws Exception {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                folder.resolve(what.replace(' ', '-') + ".pem"),
                "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    @AfterAll
    static void close() throws Exception {
        server.close();
    }

    private static Sandboxes open(int port) {
        return Sandboxes.open(
                "https://127.0.0.1:" + port, Map.of("token", RealServer.TOKEN, "certificate", certificate.toString()));
    }

    @Test
    void nothingIsLostOverConnectionsThatAreCut() throws Exception {
        try (var direct = open(server.address.getPort());
                Sandbox sandbox = direct.create(SandboxSpec.builder().build());
                var proxy = new CuttingProxy(server.address.getPort(), 8_000_000, 1);
                var cut = open(proxy.port())) {
            Sums sums = Sums.ofNoise(sandbox, 3);
            try (RunningCommand command = cut.get(sandbox.id()).start(sums.command())) {
                sums.add(command.output(), Long.MAX_VALUE);
                assertThat(sums.seen()).isEqualTo(sums.expected());
                assertThat(command.await()).isEqualTo(new Ending.Exited(0));
            }
            assertThat(proxy.cuts()).isGreaterThan(3);
        }
    }

    @Test
    void filesAndInputPassInBothDirections() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(5).nextBytes(content);
        try (var sandboxes = open(server.address.getPort());
                Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            sandbox.files().write("up", content);
            try (InputStream in = sandbox.files().open("up")) {
                assertThat(in.readAllBytes()).isEqualTo(content);
            }
            var spec = CommandSpec.builder(List.of("wc", "-c")).stdin(true).build();
            try (RunningCommand command = sandbox.start(spec)) {
                try (OutputStream in = command.stdin()) {
                    in.write(content);
                }
                assertThat(new String(command.stdout().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("3000000\n");
            }
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() {
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN)) {
            refuses(ErrorCode.UNAUTHENTICATED, () -> sandboxes.list(0, 1), "could not prove who it is");
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefused() {
        try (var sandboxes = Sandboxes.open(
                "https://localhost:" + server.address.getPort(),
                Map.of("token", RealServer.TOKEN, "certificate", certificate.toString()))) {
            refuses(ErrorCode.UNAUTHENTICATED, () -> sandboxes.list(0, 1), "localhost");
        }
    }

    @Test
    void aFileWithoutCertificatesIsRefusedAtOnce() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong"), "no certificate");
        refuses(
                ErrorCode.INVALID_ARGUMENT,
                () -> Sandboxes.open("https://127.0.0.1", Map.of("certificate", wrong.toString())),
                "without certificates");
        refuses(
                ErrorCode.INVALID_ARGUMENT,
                () -> Sandboxes.open("https://127.0.0.1", Map.of("certificate", "/no/such/file")),
                "cannot be read");
        refuses(
                ErrorCode.INVALID_ARGUMENT,
                () -> Sandboxes.open("http://127.0.0.1", Map.of("certificate", certificate.toString())),
                "with https:// only");
    }

    private static void refuses(
            ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String message) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
