package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which cluster is asked, by what the environment says. */
class ClusterAccessTest {
    @TempDir
    private Path home;

    private String given;

    @BeforeEach
    void writeFiles() throws IOException {
        given = kubeconfig(home.resolve("given"), 1);
        kubeconfig(home.resolve(".kube/config"), 2);
    }

    private static String kubeconfig(Path file, int port) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: c
                users: [{name: u, user: {token: t}}]
                clusters: [{name: k, cluster: {server: "http://127.0.0.1:%d"}}]
                contexts: [{name: c, context: {cluster: k, user: u}}]
                """.formatted(port));
        return file.toString();
    }

    private ClusterAccess find(Map<String, String> environment, Map<String, String> options) {
        return ClusterAccess.find(KubernetesSandbox.builder()
                .withEnvironment(environment)
                .withPlaceOptions(options)
                .build()
                .settings);
    }

    @Test
    void theFileOfTheEnvironmentComesFirst() {
        ClusterAccess access = find(
                Map.of("KUBECONFIG", given, "HOME", home.toString(), "KUBERNETES_SERVICE_HOST", "10.0.0.1"), Map.of());
        assertThat(access.kubeconfig()).contains(given);
        assertThat(access.config().getMasterUrl()).startsWith("http://127.0.0.1:1");
    }

    @Test
    void insideAClusterThatOneIsTaken() {
        assertThat(find(Map.of("HOME", home.toString(), "KUBERNETES_SERVICE_HOST", "10.0.0.1"), Map.of())
                        .kubeconfig())
                .isEmpty();
    }

    @Test
    void theUsualFileStandsInForOneThatCannotBeRead() throws IOException {
        Path broken = Files.writeString(home.resolve("broken"), "{no: [kubeconfig");
        for (String unreadable : new String[] {broken.toString(), home + "/none"}) {
            ClusterAccess access = find(Map.of("KUBECONFIG", unreadable, "HOME", home.toString()), Map.of());
            assertThat(access.config().getMasterUrl()).startsWith("http://127.0.0.1:2");
        }
    }

    @Test
    void anotherClusterNeverStandsInForOneThatWasAskedFor() {
        assertThatThrownBy(() -> find(
                        Map.of("KUBECONFIG", given, "HOME", home.toString()), Map.of("kubeconfig", home + "/none")))
                .isInstanceOf(SandboxError.class)
                .hasMessage("Failed to load Kubernetes configuration");
    }
}
