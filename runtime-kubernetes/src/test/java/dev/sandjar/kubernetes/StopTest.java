package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.runtime.Capability;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sandboxes that let go of their pod and keep their workspace, on a volume that the test gives the cluster. */
@Timeout(180)
@Tag("cluster")
class StopTest {
    private static final SandboxSpec PLAIN = SandboxSpec.of(TestCluster.IMAGE);

    private TestNamespace namespace;
    private Path folder;
    private KubernetesRuntime runtime;
    private Placement sandbox;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(RealCluster.breakable(), "the node's folders of a cluster that was given are not ours");
        namespace = new TestNamespace();
        folder = Files.createTempDirectory("sandjar-volume-");
        Files.setPosixFilePermissions(
                folder, PosixFilePermissions.fromString("rwxrwxrwx")); // fsGroup leaves node folders alone
        namespace
                .client()
                .resource(new PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName(namespace.name())
                        .endMetadata()
                        .withNewSpec()
                        .withStorageClassName(namespace.name())
                        .addToCapacity("storage", new Quantity("64Mi"))
                        .withAccessModes("ReadWriteOnce")
                        .withPersistentVolumeReclaimPolicy("Retain")
                        .withNewHostPath(folder.toString(), "Directory")
                        .endSpec()
                        .build())
                .create();
        runtime = server();
        sandbox = runtime.create(SandboxId.random(), PLAIN, "{}", Agents.soon());
    }

    private KubernetesRuntime server() {
        return namespace.runtime(
                Map.of("workspace-size", Integer.toString(64 << 20), "workspace-class", namespace.name()));
    }

    @AfterEach
    void close() throws Exception {
        if (sandbox != null) {
            runtime.destroy(sandbox.id(), Agents.soon());
            runtime.close();
        }
        if (namespace != null) {
            namespace.client().persistentVolumes().withName(namespace.name()).delete();
            namespace.close();
            new ProcessBuilder("rm", "-r", folder.toString()).start().waitFor(); // what is in it belongs to others
        }
    }

    private Placement.Status status() {
        return runtime.find(sandbox.id()).orElseThrow().status();
    }

    private Placement now() {
        return runtime.find(sandbox.id()).orElseThrow();
    }

    private boolean hasPod() {
        return namespace
                        .client()
                        .pods()
                        .inNamespace(namespace.name())
                        .withName(Marks.name(sandbox.id()))
                        .get()
                != null;
    }

    @Test
    void stoppingEndsTheProcessesAndKeepsTheWorkspace() throws Exception {
        assertThat(runtime.capabilities()).contains(Capability.STOP);
        Agents.output(runtime, sandbox, "echo kept > /workspace/a; echo gone > /tmp/b; sleep 1000 > /dev/null 2>&1 &");
        runtime.stop(sandbox.id(), Agents.soon());
        runtime.stop(sandbox.id(), Agents.soon());
        assertThat(status()).isEqualTo(Placement.Status.STOPPED);
        Waiting.until("its pod is gone", () -> !hasPod());
        assertThat(status()).isEqualTo(Placement.Status.STOPPED);

        runtime.start(sandbox.id(), PLAIN, Agents.soon());
        runtime.start(sandbox.id(), PLAIN, Agents.soon());
        assertThat(status()).isEqualTo(Placement.Status.RUNNING);
        assertThat(Agents.output(runtime, now(), "cat /workspace/a; ls /tmp; grep -s sleep /proc/[0-9]*/comm"))
                .isEqualTo("kept\n");
    }

    @Test
    void anotherServerSeesThatItIsStoppedAndStartsIt() throws Exception {
        Agents.output(runtime, sandbox, "echo kept > /workspace/a");
        runtime.stop(sandbox.id(), Agents.soon());
        try (KubernetesRuntime other = server()) {
            assertThat(other.find(sandbox.id()).orElseThrow().status()).isEqualTo(Placement.Status.STOPPED);
            assertThat(other.inventory(Agents.soon()))
                    .extracting(Placement::status)
                    .containsExactly(Placement.Status.STOPPED);
            other.start(sandbox.id(), PLAIN, Agents.soon());
            assertThat(Agents.output(other, now(), "cat /workspace/a")).isEqualTo("kept\n");
        }
        Waiting.until("the first sees it too", () -> status() == Placement.Status.RUNNING);
    }

    @Test
    void aStartThatFailsLeavesItStopped() throws Exception {
        runtime.stop(sandbox.id(), Agents.soon());
        assertThatThrownBy(() -> runtime.start(
                        sandbox.id(),
                        SandboxSpec.of("127.0.0.1:1/no/such:image"),
                        Deadline.in("test", Duration.ofMinutes(1))))
                .isInstanceOf(SandboxException.class);
        assertThat(status()).isEqualTo(Placement.Status.STOPPED);
        runtime.start(sandbox.id(), PLAIN, Agents.soon());
        assertThat(Agents.output(runtime, now(), "echo on")).isEqualTo("on\n");
    }

    @Test
    void theClaimGoesWithTheSandboxStoppedOrNot() throws Exception {
        runtime.stop(sandbox.id(), Agents.soon());
        runtime.destroy(sandbox.id(), Agents.soon());
        assertThat(runtime.find(sandbox.id())).isEmpty();
        Waiting.until(
                "the cluster removes the claim",
                () -> namespace
                        .client()
                        .persistentVolumeClaims()
                        .inNamespace(namespace.name())
                        .list()
                        .getItems()
                        .isEmpty());
    }

    @Test
    void oneThatWasMadeWithoutAVolumeIsNotStopped() throws Exception {
        var id = SandboxId.random();
        try (KubernetesRuntime plain = namespace.runtime(Map.of())) {
            plain.create(id, PLAIN, "{}", Agents.soon());
        }
        Waiting.until("it is seen", () -> runtime.find(id).isPresent());
        assertThatThrownBy(() -> runtime.stop(id, Agents.soon()))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED));
        assertThat(Agents.output(runtime, runtime.find(id).orElseThrow(), "echo on"))
                .isEqualTo("on\n");
        runtime.destroy(id, Agents.soon());
    }

    @Test
    void ofTwoThatStartItAtOnceOneDoes() throws Exception {
        runtime.stop(sandbox.id(), Agents.soon());
        try (KubernetesRuntime other = server();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var outcomes = new ArrayList<Future<Boolean>>();
            for (KubernetesRuntime one : List.of(runtime, other)) {
                outcomes.add(tasks.submit(() -> {
                    try {
                        one.start(sandbox.id(), PLAIN, Agents.soon());
                        return true;
                    } catch (SandboxException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE);
                        return false;
                    }
                }));
            }
            assertThat(List.of(outcomes.get(0).get(), outcomes.get(1).get())).contains(true);
        }
        Waiting.until("it runs", () -> status() == Placement.Status.RUNNING);
        assertThat(Agents.output(runtime, now(), "echo on")).isEqualTo("on\n");
    }

    @Test
    void withoutAWorkspaceOfItsOwnItIsRefused() throws Exception {
        try (KubernetesRuntime plain = namespace.runtime(Map.of())) {
            assertThatThrownBy(() -> plain.stop(sandbox.id(), Agents.soon()))
                    .isInstanceOfSatisfying(SandboxException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
                        assertThat(e.remedy()).contains("workspace-size");
                    });
        }
    }
}
