package dev.sandjar.compat.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which host keys are believed, at OpenSSH's own server. */
@Timeout(60)
class HostKeyPolicyTest {
    @TempDir
    static Path folder;

    private static OtherSshServer server;

    private Path file;

    @BeforeAll
    static void start() throws Exception {
        server = new OtherSshServer(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void freshFile(@TempDir Path own) throws Exception {
        file = own.resolve("known_hosts");
        server.generate("host", "ed25519");
    }

    private static void believed(HostKeyPolicy policy) throws Exception {
        try (SessionSshClient client = server.guest().hostKeys(policy).connect()) {
            assertThat(client.isOpen()).isTrue();
        }
    }

    private static void refused(HostKeyPolicy policy, String why) {
        assertThatThrownBy(() -> believed(policy))
                .isInstanceOf(SandboxConnectionException.class)
                .hasMessageStartingWith("the host key of session-s1, SHA256:")
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void theFirstKeyIsBelievedAndNoOtherAfterIt(String typeOfTheOther) throws Exception {
        HostKeyPolicy policy = HostKeyPolicy.acceptNew();
        believed(policy);
        believed(policy);
        server.generate("host", typeOfTheOther);
        refused(policy, "the known one is SHA256:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void theFirstKeyIsWrittenDownAndNoOtherIsBelievedAfterIt(String typeOfTheOther) throws Exception {
        believed(HostKeyPolicy.acceptNew(file));
        believed(HostKeyPolicy.acceptNew(file));
        assertThat(file).hasContent("session-s1 " + server.hostKey() + "\n");
        server.generate("host", typeOfTheOther);
        refused(HostKeyPolicy.acceptNew(file), "the known one is SHA256:");
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    @Test
    void anotherKeyIsAddedToTheFileBelowWhatIsThere() throws Exception {
        Files.writeString(file, "other.example.com " + server.hostKey()); // without an end of its line
        believed(HostKeyPolicy.acceptNew(file));
        assertThat(Files.readAllLines(file)).hasSize(2).last().isEqualTo("session-s1 " + server.hostKey());
    }

    @Test
    void strictlyNobodyIsBelievedWhoIsNotInTheFile() {
        refused(HostKeyPolicy.strict(file), "has no key for session-s1");
        assertThat(file).doesNotExist();
    }

    @Test
    void strictlyWhoIsInTheFileIsBelieved() throws Exception {
        Files.writeString(file, "# sessions\nsession-*,other " + server.hostKey() + "\n");
        believed(HostKeyPolicy.strict(file));
    }

    @Test
    void aHashedNameIsRecognized() throws Exception {
        Files.writeString(file, "session-s1 " + server.hostKey() + "\n");
        new ProcessBuilder(List.of("ssh-keygen", "-H", "-f", file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(file).content().doesNotContain("session-s1");
        believed(HostKeyPolicy.strict(file));
    }

    @Test
    void aRevokedKeyIsNotBelieved() throws Exception {
        Files.writeString(file, "session-s1 %1$s\n@revoked * %1$s\n".formatted(server.hostKey()));
        refused(HostKeyPolicy.acceptNew(file), "it is revoked in ");
    }

    @Test
    void aFileThatCannotBeReadIsNoReasonToBelieve() throws Exception {
        Files.createDirectory(file);
        refused(HostKeyPolicy.acceptNew(file), " cannot be read");
    }

    @Test
    void theOneFingerprintIsBelievedAndNoOther() throws Exception {
        String fingerprint =
                HostKeyPolicy.fingerprint(SshKeys.read(folder.resolve("host")).getPublic());
        believed(HostKeyPolicy.only(fingerprint));
        server.generate("host", "ed25519");
        refused(HostKeyPolicy.only(fingerprint), "it is not " + fingerprint);
    }

    @Test
    void whoTrustsAnybodyTrustsAnybody() throws Exception {
        HostKeyPolicy policy = HostKeyPolicy.trustAnybody();
        believed(policy);
        server.generate("host", "rsa");
        believed(policy);
    }
}
