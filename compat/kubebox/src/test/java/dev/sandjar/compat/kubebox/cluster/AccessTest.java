package dev.sandjar.compat.kubebox.cluster;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private static final Path FIXED_PATH = Path.of("/tmp/kubeconfig"); // where kubebox writes what it is given

    @TempDir
    private Path folder;

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

        assertThatThrownBy(() -> Kubebox.open(Optional.of(OtherCluster.kubeconfig(1)), Optional.of(state)))
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
    void gap20NoKubeconfigIsWrittenWhereAProgramWritesOrKubeboxDid() throws Exception {
        List<Path> places = new ArrayList<>();
        for (String place : List.of("home", "tmp", "cwd")) {
            places.add(Files.createDirectory(folder.resolve(place)));
        }
        Optional<FileTime> before = written();
        try (var cluster = new OtherCluster(_ -> OtherCluster.json(
                        "{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"metadata\": {}, \"items\": []}"));
                WatchService watch = folder.getFileSystem().newWatchService()) {
            for (Path place : places) {
                place.register(watch, ENTRY_CREATE);
            }
            Process program = program(cluster.kubeconfig(), places.get(0), places.get(1), places.get(2));
            assertThat(program.inputReader().readLine()).isEqualTo("0 pods");
            assertThat(program.waitFor()).isZero();
            for (Path place : places) {
                Files.createFile(place.resolve("last")); // what came before has been told when this is
            }

            assertThat(made(watch, places.size())).containsOnly("last");
            assertThat(written()).isEqualTo(before);
        }
    }

    private static Process program(String kubeconfig, Path home, Path tmp, Path cwd) throws Exception {
        var program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.home=" + home,
                        "-Djava.io.tmpdir=" + tmp,
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpeningProgram.class.getName())
                .directory(cwd.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        program.environment().putAll(Map.of("HOME", home.toString(), "TMPDIR", tmp.toString()));
        program.environment().put(Kubebox.CONFIG_VARIABLE, kubeconfig);
        return program.start();
    }

    /** All files, until so many were told of by the name of the last. */
    private static List<String> made(WatchService watch, int last) throws Exception {
        List<String> names = new ArrayList<>();
        while (names.stream().filter("last"::equals).count() < last) {
            WatchKey key = watch.take();
            key.pollEvents().forEach(event -> names.add(String.valueOf(event.context())));
            key.reset();
        }
        return names;
    }

    private static Optional<FileTime> written() throws Exception {
        return Files.exists(FIXED_PATH) ? Optional.of(Files.getLastModifiedTime(FIXED_PATH)) : Optional.empty();
    }

    @Test
    void aClusterThatIsNotThereIsToldSo() {
        try (var nowhere = Kubebox.open(OtherCluster.kubeconfig(1))) {
            assertThatThrownBy(() -> nowhere.getAllPods("default"))
                    .isInstanceOfSatisfying(
                            ClusterException.class, e -> assertThat(e.status()).isZero())
                    .hasMessageStartingWith("listing pods in default failed: ");
        }
    }

    @Test
    void whoWaitsForAClusterThatIsSilentCanBeInterrupted() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var kubebox = Kubebox.open(OtherCluster.kubeconfig(silent.getLocalPort()));
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
