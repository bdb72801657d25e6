package dev.sandjar.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that kubebox clients sign with their private key, as docs/kubebox.md says: who may come in by them, and who may not. */
@Timeout(60)
class SignedRequestsTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/kubebox-signed");
    private static final String INITIALIZE = "{\"session_id\":\"s\",\"path\":\"\"}";

    @TempDir
    static Path keys;

    private static RealServer server;
    private static KeyPair carol;
    private static KeyPair dave;

    @BeforeAll
    static void start() throws Exception {
        carol = pair(2048);
        dave = pair(3072);
        Files.writeString(
                keys.resolve("alice.pem"), pem("PUBLIC KEY", carol.getPublic().getEncoded()));
        Files.writeString(keys.resolve("bob.pem"), pem("RSA PUBLIC KEY", pkcs1(dave.getPublic())));
        server = new RealServer(HOME, "SANDJAR_AUTH_KEYS=" + keys);
    }

    @AfterAll
    static void stop() throws Exception {
        Kubebox.deleteAll(server);
        server.close();
    }

    // ---- signing

    private static KeyPair pair(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    /** What SPKI of RSA has after 24 bytes that say so. */
    private static byte[] pkcs1(PublicKey key) {
        byte[] spki = key.getEncoded();
        return Arrays.copyOfRange(spki, 24, spki.length);
    }

    /** The parts of a signed request. What is changed after it was made is not signed. */
    private static final class Signed {
        String key;
        String time = Long.toString(System.currentTimeMillis());
        String nonce = nonce();
        String digest;
        String signature;

        Signed(KeyPair pair, String method, String target, String body) throws Exception {
            this(pair, method, target, body, 0);
        }

        Signed(KeyPair pair, String method, String target, String body, long late) throws Exception {
            this(server.address.getAuthority(), pair, method, target, body, late);
        }

        Signed(String host, KeyPair pair, String method, String target, String body, long late) throws Exception {
            key = Kubebox.sha256(pair.getPublic().getEncoded());
            time = Long.toString(System.currentTimeMillis() + late);
            digest = Kubebox.sha256(body.getBytes(UTF_8));
            signature = sign(pair.getPrivate(), String.join("\n", method, host, target, time, nonce, digest));
        }

        private static String nonce() {
            byte[] random = new byte[16];
            new SecureRandom().nextBytes(random);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        }

        private static String sign(PrivateKey key, String packet) throws Exception {
            Signature signing = Signature.getInstance("RSASSA-PSS");
            int salt = ((RSAKey) key).getModulus().bitLength() / 8 - 34;
            signing.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1));
            signing.initSign(key);
            signing.update(MessageDigest.getInstance("SHA-256").digest(packet.getBytes(UTF_8)));
            return Base64.getEncoder().encodeToString(signing.sign());
        }

        @Override
        public String toString() {
            return "Kubebox key=" + key + ", time=" + time + ", nonce=" + nonce + ", digest=" + digest + ", signature="
                    + signature;
        }
    }

    private static HttpResponse<String> send(String authorization, String method, String path, String body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.address.resolve(path))
                .header("Authorization", authorization)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void refused(HttpResponse<String> response, String why) {
        assertThat(response.body())
                .startsWith("{\"detail\":\"the signed request is not taken: ")
                .contains(why);
        assertThat(response.statusCode()).isEqualTo(401);
    }

    // ---- in

    @Test
    void whoSignsIsTheOwnerWhoseKeyItIs() throws Exception {
        String signed = new Signed(carol, "POST", "/initialize", INITIALIZE).toString();
        assertThat(send(signed, "POST", "/initialize", INITIALIZE).statusCode()).isEqualTo(200);
        String target = "/file_exists?session_id=s&file_path=%C3%A4";
        assertThat(send(new Signed(carol, "GET", target, "").toString(), "GET", target, "")
                        .body())
                .isEqualTo("{\"exists\":false}");
        assertThat(server.get(target).statusCode()).isEqualTo(200); // alice's, also with her token
        assertThat(send(new Signed(dave, "GET", target, "").toString(), "GET", target, "")
                        .body())
                .isEqualTo("{\"detail\":\"Session not found\"}");
    }

    @Test
    void theUpgradeToAWebSocketIsSignedAlike() throws Exception {
        String initialize = new Signed(carol, "POST", "/initialize", INITIALIZE).toString();
        send(initialize, "POST", "/initialize", INITIALIZE);
        String signed = new Signed(carol, "GET", SocketIo.PATH, "").toString();
        try (SocketIo client = SocketIo.connectAs(server.address, signed)) {
            client.emit("initialize", "{\"session_id\":\"s\"}");
            client.next("initialized");
        }
        assertThatThrownBy(() -> SocketIo.connectAs(server.address, signed)).hasMessageContaining("WebSocketHandshake");
    }

    @Test
    void whatPythonSignsAsKubeboxDoesIsGood() throws Exception {
        Path key = Files.writeString(
                Files.createTempFile("key", ".pem"),
                pem("PRIVATE KEY", carol.getPrivate().getEncoded()));
        Process python = new ProcessBuilder(
                        "/usr/bin/python3",
                        "src/test/resources/clients/kubebox_sign.py",
                        key.toString(),
                        "GET",
                        server.address.getAuthority(),
                        "/")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String signed = new String(python.getInputStream().readAllBytes(), UTF_8).strip();
        Files.delete(key);
        assertThat(send(signed, "GET", "/", "").statusCode()).isEqualTo(200);
    }

    // ---- not in

    @Test
    void aRequestIsGoodOnce() throws Exception {
        String signed = new Signed(carol, "GET", "/", "").toString();
        assertThat(send(signed, "GET", "/", "").statusCode()).isEqualTo(200);
        refused(send(signed, "GET", "/", ""), "it was sent before");
    }

    /** Or a server that its client has tried could pass it on to the one that he trusts. */
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.0.0.1:1", ""})
    void itIsGoodAtTheServerThatItNames(String other) throws Exception {
        String signed = new Signed(other, carol, "GET", "/", "", 0).toString();
        refused(send(signed, "GET", "/", ""), "its signature");
    }

    @Test
    void nothingOfItMayBeChanged() throws Exception {
        String body = "{\"session_id\":\"s\",\"command\":\"touch stolen\"}";
        String signed = new Signed(carol, "POST", "/run_command", body).toString();
        refused(send(signed, "POST", "/run_command", body.replace("stolen", "other!")), "its body is not the one");
        refused(send(new Signed(carol, "GET", "/items/1", "").toString(), "GET", "/items/2", ""), "its signature");
        refused(send(new Signed(carol, "POST", "/items/1", "").toString(), "GET", "/items/1", ""), "its signature");
        refused(send(new Signed(carol, "GET", "/", "").toString(), "GET", "/?x=1", ""), "its signature");

        var other = new Signed(carol, "GET", "/", "");
        other.nonce = Signed.nonce();
        refused(send(other.toString(), "GET", "/", ""), "its signature");
        other = new Signed(carol, "GET", "/", "");
        other.time = Long.toString(Long.parseLong(other.time) + 1);
        refused(send(other.toString(), "GET", "/", ""), "its signature");
        other = new Signed(carol, "GET", "/", "");
        other.digest = Kubebox.sha256(new byte[1]);
        refused(send(other.toString(), "GET", "/", ""), "its signature");
        other = new Signed(carol, "GET", "/", "");
        other.key = new Signed(dave, "GET", "/", "").key;
        refused(send(other.toString(), "GET", "/", ""), "its signature");
        other.key = Kubebox.sha256(new byte[1]);
        refused(send(other.toString(), "GET", "/", ""), "its key is not known here");
    }

    @Test
    void itsTimeIsNow() throws Exception {
        for (long late : new long[] {-61_000, 62_000}) {
            refused(
                    send(new Signed(carol, "GET", "/", "", late).toString(), "GET", "/", ""),
                    "more than a minute from the server's");
        }
        refused(
                send(new Signed(carol, "GET", "/", "", -50_000).toString(), "GET", "/", ""),
                "it was signed before the server started");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Kubebox
        Kubebox key=a
        Kubebox key=a, time=1, nonce=b, digest=c, signature=d
        Kubebox key=a, time=1, nonce=AAAAAAAAAAAAAAAAAAAAAA, digest=c
        Kubebox key=a, time=x, nonce=AAAAAAAAAAAAAAAAAAAAAA, digest=c, signature=d
        Kubebox key=a, key=a, time=1, nonce=AAAAAAAAAAAAAAAAAAAAAA, digest=c, signature=d
        Kubebox key=a, time=1, nonce=AAAAAAAAAAAAAAAAAAAAAA, digest=c, signature=d, more=e
        Kubebox ,,,,,,,,
        """)
    void aMalformedHeaderIsNone(String header) throws Exception {
        HttpResponse<String> answer = send(header.equals("Kubebox") ? "Kubebox " : header, "GET", "/", "");
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void doorsThatDoNotReadBodiesBeforeTheyActTakeNone() throws Exception {
        for (String path : new String[] {"/v1/sessions", "/v1/api/sandboxes"}) {
            String signed = new Signed(carol, "GET", path, "").toString();
            assertThat(send(signed, "GET", path, "").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void whoIsWrongTooOftenIsToldToWait() throws Exception {
        try (var strict = new RealServer(
                HOME.resolveSibling("kubebox-strict"),
                "SANDJAR_AUTH_KEYS=" + keys,
                "SANDJAR_LIMITS_WRONG_CREDENTIALS=3")) {
            for (int i = 0; i < 3; i++) {
                assertThat(greeted(strict, pair(2048))).isEqualTo(401);
            }
            assertThat(greeted(strict, pair(2048))).isEqualTo(429);
            assertThat(greeted(strict, carol)).isEqualTo(200);
        }
    }

    private static int greeted(RealServer by, KeyPair pair) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(by.address.resolve("/"))
                .header("Authorization", new Signed(by.address.getAuthority(), pair, "GET", "/", "", 0).toString())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void keysThatAreShortOrNoneStopTheStart(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("eve.pem"),
                pem("PUBLIC KEY", pair(1024).getPublic().getEncoded()));
        assertThatThrownBy(() -> new RealServer(HOME.resolveSibling("kubebox-keys"), "SANDJAR_AUTH_KEYS=" + folder))
                .hasMessageContaining("eve.pem has a key of 1024 bits, allowed: ");
        Files.writeString(
                folder.resolve("eve.pem"), pem("PRIVATE KEY", carol.getPrivate().getEncoded()));
        assertThatThrownBy(() -> new RealServer(HOME.resolveSibling("kubebox-keys"), "SANDJAR_AUTH_KEYS=" + folder))
                .hasMessageContaining("eve.pem has a block PRIVATE KEY, allowed: ");
    }
}
