package dev.sandjar.compat.kubebox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that speaks TLS, with a certificate for 127.0.0.1 that nobody but the test vouches for. */
@Timeout(60)
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path folder;

    private static SSLContext tls;

    @BeforeAll
    static void makeCertificate() throws Exception {
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
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    }

    private static OtherServer server() throws Exception {
        return new OtherServer(_ -> OtherServer.json(200, "{\"exists\":true}"), tls.getServerSocketFactory());
    }

    private static SandboxClientBuilder client(String host, OtherServer server) {
        return SandboxClient.builder().url("https://" + host + ":" + server.port());
    }

    @Test
    void aServerThatIsVouchedForIsSpokenTo() throws Exception {
        try (var server = server();
                var client = client("127.0.0.1", server).sslContext(tls).build();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(client.fileExists("s", "a")).isTrue();
            Future<?> connected = tasks.submit(() -> {
                client.connect();
                return null;
            });
            server.peer().greetOnly();
            connected.get();
        }
    }

    @Test
    void aServerThatNobodyVouchesForIsNot() throws Exception {
        try (var server = server();
                var client = client("127.0.0.1", server).build()) {
            assertThatThrownBy(() -> client.fileExists("s", "a")).isInstanceOf(ConnectionLostException.class);
            assertThatThrownBy(client::connect).isInstanceOf(ConnectionLostException.class);
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    void aServerWhoseCertificateIsForAnotherNameIsNot() throws Exception {
        try (var server = server();
                var client = client("localhost", server).sslContext(tls).build()) {
            assertThatThrownBy(() -> client.fileExists("s", "a")).isInstanceOf(ConnectionLostException.class);
            assertThatThrownBy(client::connect).isInstanceOf(ConnectionLostException.class);
            assertThat(server.requests).isEmpty();
        }
    }
}
