package dev.sandjar.compat.kmetis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.error.SandboxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    @TempDir
    private Path folder;

    @Test
    void withoutAnythingItIsThatOfTheContract() {
        assertThat(Configuration.read(folder, Map.of()))
                .isEqualTo(new Configuration("default", "root", 22, Duration.ofSeconds(30)));
    }

    @Test
    void theEnvironmentWinsOverTheFile() throws Exception {
        Files.writeString(folder.resolve(".env"), """
                # of this project
                K8S_NAMESPACE=agents
                SSH_USERNAME="worker"
                SSH_PORT=2222
                SSH_TIMEOUT=5
                OTHER=anything
                """);

        assertThat(Configuration.read(folder, Map.of("SSH_PORT", "2200")))
                .isEqualTo(new Configuration("agents", "worker", 2200, Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SSH_PORT      | 65536   | SSH_PORT is 65536, allowed: 1 to 65535
        SSH_PORT      | ssh     | SSH_PORT is ssh, allowed: 1 to 65535
        SSH_TIMEOUT   | 0       | SSH_TIMEOUT is 0, allowed: 1 to 3600
        K8S_NAMESPACE | My_Own  | namespace (K8S_NAMESPACE) is My_Own, allowed: 1 to 63 of a-z, 0-9 and -
        """)
    void whatIsNotAllowedIsRefused(String name, String value, String message) {
        assertThatThrownBy(() -> Configuration.read(folder, Map.of(name, value)))
                .isInstanceOf(SandboxException.class)
                .hasMessage(message);
    }

    @Test
    void aLineThatIsNoneIsRefusedAndNotQuoted() throws Exception {
        Files.writeString(folder.resolve(".env"), "my password\n");

        assertThatThrownBy(() -> Configuration.read(folder, Map.of()))
                .isInstanceOf(SandboxException.class)
                .hasMessageEndingWith(".env has a line that is none");
    }

    @Test
    void withoutAClusterItSaysHowOneIsFound() {
        var access = new ClusterAccess(
                Optional.empty(),
                Optional.empty(),
                Map.of("KUBECONFIG", folder.resolve("none").toString()),
                folder);

        assertThatThrownBy(access::find)
                .isInstanceOf(SandboxException.class)
                .hasMessageStartingWith("no cluster is known");
    }

    @Test
    void aKubeconfigThatIsNoneIsNotQuoted() throws Exception {
        Path file = Files.writeString(folder.resolve("config"), "token: [secret");
        var access = new ClusterAccess(Optional.of(file), Optional.empty(), Map.of(), folder);

        assertThatThrownBy(access::find)
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("which is none")
                .hasMessageNotContaining("secret");
    }

    @Test
    void whatDoesNotGoTogetherIsRefusedAtOnce() {
        var builder = K8sSandbox.builder(new Configuration("default", "worker", 22, Duration.ofSeconds(30)))
                .bringSsh("debian-ssh:1")
                .runAs(1000);

        assertThatThrownBy(builder::open).isInstanceOf(SandboxException.class).hasMessageStartingWith("port is 22");
    }

    @Test
    void aContextThatTheKubeconfigLacksIsRefused() throws Exception {
        assertThatThrownBy(access("no-such")::find)
                .isInstanceOf(SandboxException.class)
                .hasMessageStartingWith("context is no-such");
    }

    @Test
    void aContextThatTheKubeconfigHasIsUsed() throws Exception {
        assertThat(access("there").find().getMasterUrl()).startsWith("https://192.0.2.1:6443");
    }

    private ClusterAccess access(String context) throws Exception {
        Path file = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "https://192.0.2.1:6443"}}, {name: d, cluster: {server: "https://192.0.2.2:6443"}}]
                users: [{name: u, user: {token: "t"}}]
                contexts: [{name: there, context: {cluster: c, user: u}}, {name: other, context: {cluster: d, user: u}}]
                current-context: other
                """);
        return new ClusterAccess(Optional.of(file), Optional.of(context), Map.of(), folder);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0    | 1Gi  | box      | cpu is 0, allowed: more than 0
        one  | 1Gi  | box      | cpu is one, allowed: as Kubernetes writes it, such as 500m or 512Mi
        1    | -1Mi | box      | memory is -1Mi, allowed: more than 0
        1    | 1Gi  | My-Box   | namePrefix is My-Box, allowed: 1 to 40 of a-z, 0-9 and -, no - at either end
        1    | 1Gi  | box-     | namePrefix is box-, allowed: 1 to 40 of a-z, 0-9 and -, no - at either end
        """)
    void aRequestThatNoPodCanBeMadeOfIsRefused(String cpu, String memory, String prefix, String message)
            throws Exception {
        var usual = SandboxRequest.of(TestKeys.make("ssh-ed25519").publicLine());

        assertThatThrownBy(() -> usual.withResources(cpu, memory).withNamePrefix(prefix))
                .isInstanceOf(SandboxException.class)
                .hasMessage(message);
    }
}
