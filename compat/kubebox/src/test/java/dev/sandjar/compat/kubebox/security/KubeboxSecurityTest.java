package dev.sandjar.compat.kubebox.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, signatures and encrypted packets go to Python's cryptography and come from it. */
class KubeboxSecurityTest {
    private static final byte[] PACKET = "Grüße\0from the API".getBytes(StandardCharsets.UTF_8);

    private static Python python;
    private static Keys ours;
    private static Keys theirs; // of the other forms, and longer

    @BeforeAll
    static void makeKeys() throws Exception {
        python = new Python();
        ours = KubeboxSecurity.generateKeys();
        theirs = python.generate();
    }

    @AfterAll
    static void end() {
        python.close();
    }

    static List<Keys> bothKeys() {
        return List.of(ours, theirs);
    }

    @Test
    void keysAreOfTheFormsThatKubeboxMakes() {
        assertThat(ours.privateKey())
                .startsWith("-----BEGIN PRIVATE KEY-----\n")
                .endsWith("\n-----END PRIVATE KEY-----\n");
        assertThat(ours.publicKey())
                .startsWith("-----BEGIN RSA PUBLIC KEY-----\n")
                .endsWith("\n-----END RSA PUBLIC KEY-----\n");
    }

    @ParameterizedTest
    @MethodSource("bothKeys")
    void whatIsSignedHereIsVerifiedThere(Keys keys) throws Exception {
        byte[] signature = KubeboxSecurity.signPacket(PACKET, keys.privateKey());

        assertThat(python.verify(PACKET, signature, keys.publicKey())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("bothKeys")
    void whatIsSignedThereIsVerifiedHere(Keys keys) throws Exception {
        byte[] signature = python.sign(PACKET, keys.privateKey());

        assertThat(KubeboxSecurity.verifyPacket(PACKET, signature, keys.publicKey()))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("bothKeys")
    void whatIsEncryptedHereIsDecryptedThere(Keys keys) throws Exception {
        byte[] encrypted = KubeboxSecurity.encryptPacket(PACKET, keys.publicKey());

        assertThat(python.decrypt(encrypted, keys.privateKey())).isEqualTo(PACKET);
    }

    @ParameterizedTest
    @MethodSource("bothKeys")
    void whatIsEncryptedThereIsDecryptedHere(Keys keys) throws Exception {
        byte[] encrypted = python.encrypt(PACKET, keys.publicKey());

        assertThat(KubeboxSecurity.decryptPacket(encrypted, keys.privateKey())).isEqualTo(PACKET);
    }

    @Test
    void aKeyOfASettingsFileHasItsLineEndsInTwoCharacters() {
        byte[] signature = KubeboxSecurity.signPacket(PACKET, ours.privateKey().replace("\n", "\\n"));

        assertThat(KubeboxSecurity.verifyPacket(
                        PACKET, signature, ours.publicKey().replace("\n", "\\n")))
                .isTrue();
    }

    static Stream<byte[]> noSignatures() {
        byte[] right = KubeboxSecurity.signPacket(PACKET, ours.privateKey());
        byte[] changed = right.clone();
        changed[100] ^= 1;
        return Stream.of(
                changed,
                new byte[0],
                new byte[256],
                new byte[257],
                KubeboxSecurity.signPacket(PACKET, theirs.privateKey()),
                KubeboxSecurity.signPacket(new byte[1], ours.privateKey()));
    }

    @ParameterizedTest
    @MethodSource("noSignatures")
    void nothingElseIsASignature(byte[] signature) {
        assertThat(KubeboxSecurity.verifyPacket(PACKET, signature, ours.publicKey()))
                .isFalse();
    }

    @Test
    void whatWasEncryptedForAnotherIsNotRead() {
        byte[] encrypted = KubeboxSecurity.encryptPacket(PACKET, ours.publicKey());
        String other = KubeboxSecurity.generateKeys().privateKey();

        assertThatThrownBy(() -> KubeboxSecurity.decryptPacket(encrypted, other))
                .isInstanceOf(KubeboxException.class)
                .hasMessage("the packet was not encrypted for this key, or is damaged");
    }

    @Test
    void aPacketThatIsTooLongForItsKeyIsRefused() {
        assertThat(KubeboxSecurity.encryptPacket(new byte[190], ours.publicKey()))
                .hasSize(256);
        assertThatThrownBy(() -> KubeboxSecurity.encryptPacket(new byte[191], ours.publicKey()))
                .hasMessage("packet is 191 bytes, allowed: at most 190 for this key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nsecret\n-----END RSA PRIVATE KEY-----"
            })
    void whatIsNoKeyIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> KubeboxSecurity.signPacket(PACKET, text))
                .isInstanceOf(KubeboxException.class)
                .hasMessageStartingWith(
                        "private key is none of RSA as PEM, allowed: a block that begins -----BEGIN PRIVATE")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aPublicKeyIsNoPrivateOne() {
        assertThatThrownBy(() -> KubeboxSecurity.signPacket(PACKET, ours.publicKey()))
                .isInstanceOf(KubeboxException.class);
        assertThatThrownBy(() -> KubeboxSecurity.encryptPacket(PACKET, ours.privateKey()))
                .isInstanceOf(KubeboxException.class);
    }

    @Test
    void aShortKeyIsRefused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        String shortKey = Pem.write(
                "PRIVATE KEY", generator.generateKeyPair().getPrivate().getEncoded());

        assertThatThrownBy(() -> KubeboxSecurity.signPacket(PACKET, shortKey))
                .hasMessage("private key is one of 1024 bits, allowed: 2048 bits or more");
    }

    @Test
    void theEnvironmentHasBothKeysOrNone() {
        assertThat(Keys.from(Map.of(Keys.PRIVATE_KEY_VARIABLE, "a", Keys.PUBLIC_KEY_VARIABLE, "b")))
                .contains(new Keys("a", "b"));
        assertThat(Keys.from(Map.of(Keys.PRIVATE_KEY_VARIABLE, "a"))).isEmpty();
        assertThat(Keys.from(Map.of(Keys.PUBLIC_KEY_VARIABLE, "b"))).isEmpty();
    }

    @Test
    void aPrivateKeyIsNotPrinted() {
        assertThat(new Keys("secret", "known")).hasToString("Keys[publicKey=known]");
    }
}
