package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandjar.testing.RealCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line straight on a cluster, as whoever has a kubeconfig calls it. */
@Timeout(120)
@Tag("cluster")
class ClusterCommandLineTest {
    @TempDir
    Path folder;

    @Test
    void runPrintsWhatTheCommandPrintsAndNothingElse() throws Exception {
        Ran ran = sandjar("--runtime", "kubernetes", "run", "--", "sh", "-c", "echo out; echo err >&2; exit 43");
        assertThat(ran).isEqualTo(new Ran(43, "out\n", "err\n"));
    }

    @Test
    void doctorSaysWhatTheClusterAllowsAndEnforces() throws Exception {
        Ran ran = sandjar("--runtime", "kubernetes", "doctor");
        assertThat(ran.out())
                .contains("every permission that is needed is there")
                .contains("NetworkPolicy")
                .contains("pod-security.kubernetes.io/enforce");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void whatIsStoppedHasItsWorkspaceWhenItIsResumed() throws Exception {
        assumeTrue(RealCluster.breakable(), "the node's folders of a cluster that was given are not ours");
        try (var namespace = new ClusterNamespace()) {
            Path volume = Files.createDirectory(folder.resolve("volume"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path manifest = Files.writeString(folder.resolve("volume.json"), """
                    {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "%1$s"}, "spec": {
                     "storageClassName": "%1$s", "capacity": {"storage": "64Mi"}, "accessModes": ["ReadWriteOnce"],
                     "hostPath": {"path": "%2$s"}}}""".formatted(namespace.name(), volume));
            RealCluster.kubectl("apply", "-f", manifest.toString());
            String place = "kubernetes:?namespace=" + namespace.name() + "&workspace-size=67108864&workspace-class="
                    + namespace.name();
            try {
                String id = sandjar("create", "--place", place).out().strip();
                assertThat(sandjar("exec", "--place", place, id, "--", "sh", "-c", "echo kept > a"))
                        .isEqualTo(new Ran(0, "", ""));
                assertThat(sandjar("stop", "--place", place, id)).isEqualTo(new Ran(0, "", ""));
                assertThat(sandjar("info", "--place", place, id).out()).contains("paused (it was stopped");
                assertThat(sandjar("exec", "--place", place, id, "--", "true").err())
                        .contains("is paused, needed: running");
                assertThat(sandjar("resume", "--place", place, id)).isEqualTo(new Ran(0, "", ""));
                assertThat(sandjar("exec", "--place", place, id, "--", "cat", "a"))
                        .isEqualTo(new Ran(0, "kept\n", ""));
                assertThat(sandjar("rm", "--place", place, id)).isEqualTo(new Ran(0, "", ""));
            } finally {
                RealCluster.kubectl("delete", "pv", namespace.name(), "--wait=false");
            }
        }
    }

    private record Ran(int code, String out, String err) {}

    private Ran sandjar(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sandjar.cli.Sandjar"));
        command.addAll(List.of(args));
        Path err = folder.resolve("err");
        var builder = new ProcessBuilder(command).redirectError(err.toFile());
        RealCluster.options()
                .forEach((name, value) -> builder.environment()
                        .put(
                                "SANDJAR_KUBERNETES_"
                                        + name.toUpperCase(Locale.ROOT).replace('-', '_'),
                                value));
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out, Files.readString(err));
    }
}
