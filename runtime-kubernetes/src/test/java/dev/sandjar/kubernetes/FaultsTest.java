package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.Link;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Parts of the cluster die and come back: what runs goes on, what cannot be done is said, and nothing is left. */
@Timeout(180)
@Isolated("the whole cluster is broken meanwhile")
@Tag("cluster")
class FaultsTest {
    private static final Duration A_KUBELET_COMES_BACK = Duration.ofMinutes(2);
    private static final SandboxSpec PLAIN = SandboxSpec.of(TestCluster.IMAGE);

    private TestNamespace namespace;
    private KubernetesRuntime runtime;
    private Placement sandbox;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(RealCluster.breakable(), "a cluster that was given is not broken");
        namespace = new TestNamespace();
        runtime = namespace.runtime(Map.of("silence", "5"));
        runtime.attend(_ -> {});
        sandbox = runtime.create(SandboxId.random(), PLAIN, "{}", Agents.soon());
    }

    @AfterEach
    void close() throws Exception {
        if (sandbox == null) {
            return;
        }
        runtime.destroy(sandbox.id(), Deadline.in("test", A_KUBELET_COMES_BACK));
        Waiting.until(
                "nothing is left",
                () -> namespace
                        .client()
                        .secrets()
                        .inNamespace(namespace.name())
                        .withLabel(Marks.SANDBOX)
                        .list()
                        .getItems()
                        .isEmpty());
        runtime.close();
        namespace.close();
    }

    private void refuses(Duration limit, ErrorCode code, String... words) {
        assertThatThrownBy(() -> runtime.create(SandboxId.random(), PLAIN, "{}", Deadline.in("create", limit)))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words);
    }

    private void makesAgain() throws Exception {
        Waiting.until("sandboxes are made again", () -> {
            try {
                var id = SandboxId.random();
                runtime.create(id, PLAIN, "{}", Agents.soon());
                runtime.destroy(id, Agents.soon());
                return true;
            } catch (SandboxException notYet) {
                return false;
            }
        });
    }

    @Test
    void theApiServerIsKilledAndComesBack() throws Exception {
        try (Link link = Agents.dial(runtime, sandbox);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var underWay = tasks.submit(() -> Agents.output(link, "sleep 6; echo went on"));
            RealCluster.script("kill", "kube-apiserver");
            try {
                refuses(Duration.ofMinutes(1), ErrorCode.UNAVAILABLE, "did not answer");
                assertThat(runtime.find(sandbox.id())).isPresent();
                assertThat(Agents.output(runtime, sandbox, "echo new links too"))
                        .isEqualTo("new links too\n");
                assertThat(underWay.get()).isEqualTo("went on\n");
                Waiting.until("nobody believes that it is our turn", () -> !runtime.reaps() && !runtime.claims());
            } finally {
                RealCluster.script("again", "kube-apiserver");
            }
        }
        makesAgain();
        Waiting.until("it is our turn again", () -> runtime.reaps() && runtime.claims());
        runtime.record(sandbox.id(), "{\"watched\":1}");
        Waiting.until(
                "the watch tells again",
                () -> runtime.find(sandbox.id()).orElseThrow().record().equals("{\"watched\":1}"));
    }

    @Test
    void aWatchThatIsTooOldToGoOnBeginsAnew() throws Exception {
        String seen = namespace
                .client()
                .pods()
                .inNamespace(namespace.name())
                .list()
                .getMetadata()
                .getResourceVersion();
        for (int count = 0; count < 5; count++) { // of which a watch of pods hears nothing
            runtime.record(sandbox.id(), "{\"count\":" + count + "}");
        }
        RealCluster.script("kill", "kube-apiserver");
        RealCluster.script("again", "kube-apiserver");
        assertThat(namespace
                        .client()
                        .raw("/api/v1/namespaces/" + namespace.name()
                                + "/pods?watch=1&timeoutSeconds=5&resourceVersion=" + seen))
                .contains("too old resource version");
        namespace
                .client()
                .pods()
                .inNamespace(namespace.name())
                .withLabel(Marks.SANDBOX)
                .withGracePeriod(1)
                .delete();
        Waiting.until(
                "the new watch tells of it",
                () -> runtime.find(sandbox.id()).orElseThrow().status() == Placement.Status.DEAD);
        Waiting.until("it is our turn again", () -> runtime.reaps() && runtime.claims());
    }

    @Test
    void aNodeThatIsLostTakesItsSandboxesWithIt() throws Exception {
        String taint = "sandjar.test/lost"; // the cluster's own for this does the same five minutes later
        RealCluster.script("kill", "kubelet");
        try {
            RealCluster.kubectl("taint", "nodes", "--all", taint + "=now:NoExecute");
            Waiting.until(
                    "it is dead, though nobody can say whether it still runs",
                    () -> runtime.find(sandbox.id()).orElseThrow().status() == Placement.Status.DEAD);
            assertThat(runtime.find(sandbox.id()).orElseThrow().reason()).contains("its pod is being deleted");
        } finally {
            try {
                RealCluster.kubectl("taint", "nodes", "--all", taint + ":NoExecute-");
            } finally {
                RealCluster.script("again", "kubelet");
            }
        }
        makesAgain();
    }

    @Test
    void etcdStandsStill() throws Exception {
        String etcd = pid("etcd");
        signal("STOP", etcd);
        try {
            refuses(Duration.ofSeconds(5), ErrorCode.DEADLINE_EXCEEDED, "has not answered", "\"create\"");
            assertThat(Agents.output(runtime, sandbox, "echo goes on")).isEqualTo("goes on\n");
        } finally {
            signal("CONT", etcd);
        }
        makesAgain();
    }

    @Test
    void theKubeletIsKilledAndComesBack() throws Exception {
        RealCluster.script("kill", "kubelet");
        try {
            refuses(Duration.ofSeconds(4), ErrorCode.DEADLINE_EXCEEDED, "no node has begun with it", "\"create\"");
            assertThat(Agents.output(runtime, sandbox, "echo goes on")).isEqualTo("goes on\n");
        } finally {
            RealCluster.script("again", "kubelet");
        }
        makesAgain();
    }

    private static String pid(String program) {
        return RealCluster.script("status").stream()
                .filter(line -> line.startsWith(program + " runs"))
                .findFirst()
                .orElseThrow()
                .replaceAll("[^0-9]", "");
    }

    private static void signal(String signal, String pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
                .isZero();
    }
}
