package dev.sandjar.compat.kmetis.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.TestKeys;
import dev.sandjar.compat.kmetis.error.SandboxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    @Test
    void aKeyIsTheSameHoweverItIsWritten() throws Exception {
        TestKeys rsa = TestKeys.make("ssh-rsa");

        assertThat(SshKey.of(rsa.pkcs1()))
                .isEqualTo(SshKey.of(rsa.openSsh()))
                .isNotEqualTo(SshKey.of(TestKeys.make("ssh-ed25519").openSsh()));
    }

    @Test
    void whatIsNoPrivateKeyIsNotQuoted() {
        String almost = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----";

        assertThatThrownBy(() -> SshKey.of(almost))
                .isInstanceOf(SandboxException.class)
                .hasMessageNotContaining("c2VjcmV0")
                .hasNoCause();
    }

    @Test
    void aFileThatIsNotThereIsNoKey() {
        assertThatThrownBy(() -> SshKey.of("/no/such/file"))
                .hasMessage("the private key is neither a key's text nor a file that can be read");
    }

    @Test
    void aPrivateKeysTextIsItsFingerprintAlone() throws Exception {
        assertThat(SshKey.of(TestKeys.make("ssh-ed25519").openSsh()).toString()).matches("SHA256:\\S{43}");
    }

    @Test
    void severalPublicKeysAreLines() throws Exception {
        String one = TestKeys.make("ssh-ed25519").publicLine();
        String other = TestKeys.make("ssh-rsa").publicLine();

        assertThat(PublicKeys.check(one + "\r\n\n" + other)).isEqualTo(one + "\n" + other + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ssh-ed25519", "hello world", "AAAAC3NzaC1lZDI1NTE5AAAA"})
    void whatIsNoPublicKeyIsRefused(String text) {
        assertThatThrownBy(() -> PublicKeys.check(text)).hasMessage("the public key is none");
    }

    @Test
    void aPrivateKeyInThePublicOnesPlaceIsRefusedAndNotQuoted() throws Exception {
        assertThatThrownBy(() -> PublicKeys.check(TestKeys.make("ssh-ed25519").openSsh()))
                .hasMessage("the public key is a private one");
    }

    @Test
    void aHostKeyIsReadAsItWasWritten() {
        HostKey key = HostKey.generate();

        assertThat(SshKey.of(key.privateText()).pair().getPublic()).isEqualTo(HostKey.parse(key.publicLine()));
    }
}
