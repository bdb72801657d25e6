package dev.sandjar.compat.kubebox.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the cluster is found. */
@Timeout(60)
class AccessTest {
    @TempDir
    private Path folder;

    private static String kubeconfig(int port) {
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: u, user: {token: secret}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                current-context: x
                """.formatted(port);
    }

    private Path state(String attributes) throws Exception {
        return Files.writeString(folder.resolve("terraform.tfstate"), """
                {"resources": [
                  {"type": "azurerm_resource_group", "instances": [{"attributes": {"kube_config_raw": "no"}}]},
                  {"type": "azurerm_kubernetes_cluster", "instances": [{"attributes": {}}, {"attributes": %s}]}
                ]}""".formatted(attributes));
    }

    @Test
    void withoutAKubeconfigThereIsNone() {
        assertThatThrownBy(() -> Kubebox.open(Optional.empty(), Optional.empty()))
                .isInstanceOf(KubeboxException.class)
                .hasMessage("No kubeconfig provided.");
        assertThatThrownBy(() -> Kubebox.open(" ")).hasMessage("No kubeconfig provided.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret: [", "secret", "- secret"})
    void whatIsNoKubeconfigIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> Kubebox.open(text))
                .isInstanceOf(KubeboxException.class)
                .hasMessageStartingWith("kubeconfig is none")
                .hasMessageNotContaining("secret")
                .hasNoCause();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"kube_config_raw": "a", "kube_admin_config_raw": "b"} | a
        {"kube_config_raw": "",  "kube_admin_config_raw": "b"} | b
        {"kube_config_raw": null, "kube_admin_config_raw": "b"} | b
        {"kube_admin_config_raw": "b"} | b
        """)
    void aStateFileHasTheUsualKubeconfigOrTheAdministrators(String attributes, String kubeconfig) throws Exception {
        assertThat(TerraformState.kubeconfig(state(attributes))).isEqualTo(kubeconfig);
    }

    @Test
    void aStateFileWithoutACluster() throws Exception {
        Path state = state("{\"name\": \"x\"}");

        assertThatThrownBy(() -> Kubebox.open(Optional.of(kubeconfig(1)), Optional.of(state)))
                .isInstanceOf(KubeboxException.class)
                .hasMessage("no kubeconfig is in the state file " + state
                        + ": it has no azurerm_kubernetes_cluster with kube_config_raw or kube_admin_config_raw");
    }

    @Test
    void aStateFileThatIsNoneIsNotRepeated() throws Exception {
        Path state = Files.writeString(folder.resolve("x"), "{\"secret\": ");

        assertThatThrownBy(() -> Kubebox.openTerraform(state))
                .hasMessage("state file " + state + " is not JSON, allowed: what terraform or tofu wrote")
                .hasNoCause();
        assertThatThrownBy(() -> Kubebox.openTerraform(folder.resolve("none")))
                .hasMessage("the state file " + folder.resolve("none") + " cannot be read");
    }

    @Test
    void aClusterThatIsNotThereIsToldSo() {
        try (var nowhere = Kubebox.open(kubeconfig(1))) {
            assertThatThrownBy(() -> nowhere.getAllPods("default"))
                    .isInstanceOfSatisfying(
                            ClusterException.class, e -> assertThat(e.status()).isZero())
                    .hasMessageStartingWith("listing pods in default failed: ");
        }
    }

    @Test
    void whoWaitsForAClusterThatIsSilentCanBeInterrupted() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var kubebox = Kubebox.open(kubeconfig(silent.getLocalPort()));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> asking = tasks.submit(
                    () -> assertThatThrownBy(() -> kubebox.createPod("box", "default", PodOptions.defaults()))
                            .isInstanceOf(ClusterException.class)
                            .hasMessageContaining("whether it has been done is not known"));
            silent.accept();
            asking.cancel(true);
        } // waits until it has ended
    }
}
