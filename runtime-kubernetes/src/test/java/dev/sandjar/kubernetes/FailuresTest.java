package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.Finding;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What goes wrong in a cluster is told in words that somebody can act on, and leaves nothing. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait for a kubelet
@Tag("cluster")
class FailuresTest {
    private static final SandboxSpec PLAIN = SandboxSpec.of(TestCluster.IMAGE);

    private static void refuses(KubernetesRuntime runtime, SandboxSpec spec, ErrorCode code, String... words)
            throws Exception {
        var id = SandboxId.random();
        assertThatThrownBy(() -> runtime.create(id, spec, "{}", Agents.soon()))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words);
        assertThat(runtime.find(id)).isEmpty();
        assertThat(runtime.inventory(Agents.soon())).extracting(Placement::id).doesNotContain(id);
    }

    @Test
    void moreMemoryThanAnyNodeHas() throws Exception {
        try (var runtime = TestCluster.open(Map.of("capacity-wait", "1", "memory-request", "1000000000000"))) {
            var large = SandboxSpec.builder().image(TestCluster.IMAGE).memory(1L << 40);
            refuses(runtime, large.build(), ErrorCode.NO_CAPACITY, "no node of the cluster", "Insufficient memory");
        }
    }

    @Test
    void aNodeThatIsNotThere() throws Exception {
        try (var runtime = TestCluster.open(Map.of("capacity-wait", "1", "node-selector", "disk=golden"))) {
            refuses(runtime, PLAIN, ErrorCode.NO_CAPACITY, "no node of the cluster", "node");
        }
    }

    @Test
    void anImageThatIsNotOnTheNodes() throws Exception {
        try (var runtime = TestCluster.open(Map.of("pull-policy", "Never"))) {
            refuses(
                    runtime,
                    SandboxSpec.of("sandjar.test/missing:1"),
                    ErrorCode.IMAGE_NOT_FOUND,
                    "sandjar.test/missing:1");
        }
    }

    @Test
    void anImageNameThatIsNone() throws Exception {
        refuses(TestCluster.runtime(), SandboxSpec.of("Not An Image"), ErrorCode.IMAGE_NOT_FOUND, "Not An Image");
    }

    @Test
    void aRegistryThatDoesNotAnswer() throws Exception {
        refuses(
                TestCluster.runtime(),
                SandboxSpec.of("127.0.0.1:1/some:image"),
                ErrorCode.REGISTRY_UNAVAILABLE,
                "127.0.0.1:1/some:image",
                "connection refused");
    }

    @Test
    void aFolderOfTheNodeThatIsNotThere() throws Exception {
        try (var runtime = TestCluster.open(Map.of("agent", "node:/no/such/folder"))) {
            var id = SandboxId.random();
            assertThatThrownBy(() -> runtime.create(id, PLAIN, "{}", Deadline.in("create", Duration.ofSeconds(8))))
                    .hasMessageContaining("FailedMount")
                    .hasMessageContaining("\"create\"");
            assertThat(runtime.find(id)).isEmpty();
        }
    }

    @Test
    void aQuotaOfTheNamespace() throws Exception {
        try (var namespace = new TestNamespace()) {
            namespace
                    .client
                    .resource(new ResourceQuotaBuilder()
                            .withNewMetadata()
                            .withName("none")
                            .withNamespace(namespace.name)
                            .endMetadata()
                            .withNewSpec()
                            .withHard(Map.of("pods", new Quantity("0")))
                            .endSpec()
                            .build())
                    .create();
            Waiting.until(
                    "the quota counts",
                    () -> !namespace
                            .client
                            .resourceQuotas()
                            .inNamespace(namespace.name)
                            .withName("none")
                            .get()
                            .getStatus()
                            .getHard()
                            .isEmpty());
            try (var runtime = namespace.runtime(Map.of())) {
                refuses(runtime, PLAIN, ErrorCode.NO_CAPACITY, "quota", "pods=0");
            }
            assertThat(namespace
                            .client
                            .secrets()
                            .inNamespace(namespace.name)
                            .withLabel(Marks.SANDBOX)
                            .list()
                            .getItems())
                    .isEmpty();
        }
    }

    @Test
    void anAccountThatMayNothing() {
        Options options = TestCluster.options(Map.of());
        Config nobody = new ConfigBuilder(options.client())
                .withImpersonateUsername("nobody")
                .withImpersonateGroups("system:authenticated")
                .build();
        var theirs = new Options(
                nobody,
                options.namespace(),
                false,
                options.dial(),
                options.capacityWait(),
                options.silence(),
                List.of(),
                options.architecture(),
                options.tokenAudience(),
                options.pods());
        assertThatThrownBy(() -> KubernetesRuntime.open(theirs))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED))
                .hasMessageContaining("nobody")
                .hasMessageContaining("cannot list");
    }

    @Test
    void anAddressWhereNoClusterIs() {
        String nowhere = """
                apiVersion: v1
                kind: Config
                current-context: c
                users: [{name: u, user: {token: t}}]
                clusters: [{name: k, cluster: {server: "http://127.0.0.1:1"}}]
                contexts: [{name: c, context: {cluster: k, user: u}}]
                """;
        assertThatThrownBy(() -> KubernetesRuntime.open(Options.read(Map.of("kubeconfig-text", nowhere), Map.of())))
                .hasMessageContaining("http://127.0.0.1:1/")
                .hasMessageContaining("did not answer")
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void aPodThatReachedItsLongestLifeIsDeadAndSaysSo() throws Exception {
        try (var runtime =
                TestCluster.open(Map.of("longest-life", "15"))) { // longer than a start takes on a busy machine
            var id = SandboxId.random();
            runtime.create(id, PLAIN, "{}", Agents.soon());
            Waiting.until(
                    "the kubelet has ended it",
                    () -> runtime.find(id).orElseThrow().status() == Placement.Status.DEAD);
            assertThat(runtime.find(id).orElseThrow().reason()).contains("longest life");
            runtime.destroy(id, Agents.soon());
        }
    }

    @Test
    void moreOnItsNodesDiskThanItMayHaveIsEvictedAndSaysSo() throws Exception {
        try (var runtime = TestCluster.open(Map.of("disk-limit", Long.toString(16 << 20)))) {
            var sandbox = runtime.create(SandboxId.random(), PLAIN, "{}", Agents.soon());
            assertThat(Agents.output(
                            runtime,
                            sandbox,
                            "for i in 1 2 3 4 5 6 7 8; do head -c 8M /dev/zero > big$i || exit; done; echo written"))
                    .isEqualTo("written\n");
            Waiting.until(
                    "the kubelet has evicted it",
                    () -> runtime.find(sandbox.id()).orElseThrow().status() == Placement.Status.DEAD);
            assertThat(runtime.find(sandbox.id()).orElseThrow().reason())
                    .contains("its node evicted it", "local storage", "16777216");
            runtime.destroy(sandbox.id(), Agents.soon());
        }
    }

    @Test
    void aClaimedSandboxHasItsLongestLifeFromTheClaimOn() throws Exception {
        try (var namespace = new TestNamespace();
                var runtime = namespace.runtime(Map.of("longest-life", "3"))) {
            runtime.attend(_ -> {});
            var id = SandboxId.random();
            runtime.createAhead(id, PLAIN, "{}", Agents.soon());
            var pod = namespace.client().pods().inNamespace(namespace.name()).withName(Marks.name(id));
            assertThat(pod.get().getSpec().getActiveDeadlineSeconds()).isNull();
            runtime.claim(id, "{}");
            Waiting.until(
                    "the kubelet has ended it",
                    () -> runtime.find(id).orElseThrow().status() == Placement.Status.DEAD);
            assertThat(runtime.find(id).orElseThrow().reason()).contains("longest life");
            runtime.destroy(id, Agents.soon());
        }
    }

    @Test
    void aLifetimeLongerThanAnyIsRefused() throws Exception {
        try (var runtime = TestCluster.open(Map.of("longest-life", "100"))) {
            var spec = SandboxSpec.builder().image(TestCluster.IMAGE).ttl(Duration.ofSeconds(101));
            refuses(runtime, spec.build(), ErrorCode.INVALID_ARGUMENT, "ttl is 101, allowed: at most 100 seconds");
        }
    }

    @Test
    void whatOnlyWearsOurLabelIsNotOurs() throws Exception {
        try (var namespace = new TestNamespace();
                var runtime = namespace.runtime(Map.of())) {
            var id = SandboxId.random();
            var other = SandboxId.random();
            namespace.somebodyElsesPod("somebody-elses", id);
            namespace.somebodyElsesPod(Marks.name(other), other); // our name too
            assertThat(runtime.inventory(Agents.soon())).isEmpty();
            assertThat(runtime.find(id)).isEmpty();
            assertThat(runtime.find(other)).isEmpty();
            runtime.destroy(id, Agents.soon());
            runtime.destroy(other, Agents.soon());
            assertThat(namespace
                            .client
                            .pods()
                            .inNamespace(namespace.name)
                            .list()
                            .getItems())
                    .extracting(pod -> pod.getMetadata().getName())
                    .containsExactlyInAnyOrder("somebody-elses", Marks.name(other));
        }
    }

    /** Where it is new enough, the image is looked for, and not there either. */
    @Test
    void anImageAsAVolumeThatCannotBeHad() throws Exception {
        try (var runtime = TestCluster.open(Map.of("agent", "image:registry.example/agent"))) {
            assertThatThrownBy(() -> runtime.create(SandboxId.random(), PLAIN, "{}", Agents.soon()))
                    .isInstanceOfSatisfying(
                            SandboxException.class,
                            e -> assertThat(e.code())
                                    .isIn(ErrorCode.NOT_SUPPORTED, ErrorCode.IMAGE_NOT_FOUND, ErrorCode.START_FAILED))
                    .message()
                    .containsAnyOf("a volume that is an image", "registry.example/agent");
        }
    }

    @Test
    void aNamespaceThatIsNotThere() throws Exception {
        try (var runtime = TestCluster.open(Map.of("namespace", "sandjar-no-such"))) {
            refuses(runtime, PLAIN, ErrorCode.START_FAILED, "namespace sandjar-no-such is not there");
            assertThat(runtime.doctor())
                    .filteredOn(one -> one.level() == Finding.Level.BROKEN)
                    .extracting(Finding::remedy)
                    .contains("kubectl create namespace sandjar-no-such");
        }
    }

    @Test
    void anAccountWithoutRightsIsToldAllThatAreMissing() throws Exception {
        try (var namespace = new TestNamespace()) {
            var kubeconfig = namespace.kubeconfigOf("default");
            assertThatThrownBy(() -> namespace.runtime(Map.of("kubeconfig-text", kubeconfig)))
                    .hasMessageContaining("in namespace " + namespace.name())
                    .hasMessageContainingAll("create pods", "watch secrets", "update leases", "create networkpolicies");
        }
    }

    @Test
    void credentialsThatTheClusterDoesNotKnow() throws Exception {
        try (var namespace = new TestNamespace()) {
            var kubeconfig = namespace.kubeconfigWith("nonsense");
            assertThatThrownBy(() -> namespace.runtime(Map.of("kubeconfig-text", kubeconfig)))
                    .hasMessageContaining("the cluster does not know the kubeconfig's credentials");
        }
    }

    /** The kubelet does not count what is written there. */
    @Test
    void aContainersLastWordsAreNoLargerThanItsDisk() throws Exception {
        try (var runtime = TestCluster.open(Map.of("disk-limit", Long.toString(16 << 20)))) {
            Placement sandbox = runtime.create(SandboxId.random(), PLAIN, "{}", Agents.soon());
            assertThat(
                            Agents.output(
                                    runtime,
                                    sandbox,
                                    "dd if=/dev/zero of=/dev/termination-log bs=1M count=64 2>/dev/null; stat -c %s /dev/termination-log"))
                    .isEqualTo((16 << 20) + "\n");
            runtime.destroy(sandbox.id(), Agents.soon());
        }
    }

    @Test
    void whatSomebodyWroteIntoOneSecretKeepsNobodyFromTheOthers() throws Exception {
        try (var namespace = new TestNamespace();
                var runtime = namespace.runtime(Map.of("silence", "3"))) {
            var odd = SandboxId.random();
            namespace.secret(
                    odd,
                    Map.of(
                            Marks.STOPPED, "+1000000000-12-31T23:59:59.999999999Z",
                            Marks.HELD, "x\"},{\"op\":\"add\"",
                            Marks.MAKING, "-1"));
            var left = SandboxId.random();
            namespace.secret(left, Map.of(Marks.HELD, "somebody-dead", Marks.MAKING, "9"));
            runtime.attend(_ -> {});
            Waiting.until(
                    "what a dead one held is gone, and so is the odd one",
                    () -> namespace
                            .client()
                            .secrets()
                            .inNamespace(namespace.name())
                            .withLabel(Marks.SANDBOX)
                            .list()
                            .getItems()
                            .isEmpty());
            assertThat(runtime.inventory(Agents.soon())).isEmpty();
        }
    }

    @Test
    void whoOpensHasAllThatIsThereAtOnceInAsManyPagesAsItTakes() throws Exception {
        int pages = 3;
        try (var namespace = new TestNamespace()) {
            for (int i = 0; i < pages * Cluster.PAGE; i++) {
                namespace.secret(SandboxId.random(), Map.of(Marks.STOPPED, "true"));
            }
            for (int round = 0; round < 5; round++) {
                try (var runtime = namespace.runtime(Map.of())) {
                    assertThat(runtime.inventory(Agents.soon())).hasSize(pages * (int) Cluster.PAGE);
                }
            }
        }
    }
}
