package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two processes at one namespace. */
@Timeout(120)
@Tag("cluster")
class ReplicasTest {
    private static final SandboxSpec PLAIN = SandboxSpec.of(TestCluster.IMAGE);

    private final Set<SandboxId> changes = ConcurrentHashMap.newKeySet(); // that a was told of
    private TestNamespace namespace;
    private KubernetesRuntime a;
    private KubernetesRuntime b;

    @BeforeEach
    void open() throws Exception {
        namespace = new TestNamespace();
        a = namespace.runtime(Map.of("silence", "3"));
        b = namespace.runtime(Map.of("silence", "3"));
        a.attend(changes::add);
        b.attend(_ -> {});
        Waiting.until("both are there", () -> a.claims() && b.claims());
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        namespace.close();
    }

    private List<Secret> secrets() {
        return namespace
                .client()
                .secrets()
                .inNamespace(namespace.name())
                .withLabel(Marks.SANDBOX)
                .list()
                .getItems();
    }

    private List<Pod> pods() {
        return namespace
                .client()
                .pods()
                .inNamespace(namespace.name())
                .withLabel(Marks.SANDBOX)
                .list()
                .getItems();
    }

    private List<String> members() {
        return namespace
                .client()
                .leases()
                .inNamespace(namespace.name())
                .withLabel("sandjar.dev/member")
                .list()
                .getItems()
                .stream()
                .map((Lease lease) -> lease.getMetadata().getName())
                .toList();
    }

    @Test
    void whatOneMakesTheOtherIsToldOfAndHas() throws Exception {
        var id = SandboxId.random();
        Placement made = b.create(id, PLAIN, "{\"n\":1}", Agents.soon());
        Waiting.until("a has it", () -> changes.contains(id) && a.find(id).isPresent());
        assertThat(a.find(id).orElseThrow().record()).isEqualTo("{\"n\":1}");
        assertThat(Agents.output(a, made, "echo through a")).isEqualTo("through a\n");
        a.record(id, "{\"n\":2}");
        Waiting.until(
                "b has the new notes", () -> b.find(id).orElseThrow().record().equals("{\"n\":2}"));
        b.destroy(id, Agents.soon());
        Waiting.until("a has it no more", () -> a.find(id).isEmpty());
    }

    @Test
    void oneOfTwoReaps() {
        assertThat(Stream.of(a, b).filter(KubernetesRuntime::reaps)).hasSize(1);
    }

    @Test
    void theOtherTakesItsTurnWhenTheFirstLeaves() throws Exception {
        KubernetesRuntime first = a.reaps() ? a : b;
        KubernetesRuntime second = a.reaps() ? b : a;
        first.close();
        Waiting.until("it is the second's turn", second::reaps);
    }

    @Test
    void whatOneMadeAheadTheOtherNeitherSeesNorClaims() throws Exception {
        var id = SandboxId.random();
        a.createAhead(id, PLAIN, "{}", Agents.soon());
        assertThat(a.find(id)).isPresent();
        assertThat(a.inventory(Agents.soon())).hasSize(1);
        assertThat(b.inventory(Agents.soon())).isEmpty();
        assertThat(b.find(id)).isEmpty();
        assertThatThrownBy(() -> b.claim(id, "{\"owner\":\"b\"}")).isInstanceOf(SandboxException.class);
        a.destroy(id, Agents.soon());
    }

    @Test
    void aClaimHoldsAtOnceHereAndSoonEverywhereAndOnlyOnce() throws Exception {
        var id = SandboxId.random();
        a.createAhead(id, PLAIN, "{}", Agents.soon());
        a.claim(id, "{\"owner\":\"alice\"}");
        assertThat(a.find(id).orElseThrow().record()).isEqualTo("{\"owner\":\"alice\"}");
        assertThatThrownBy(() -> a.claim(id, "{\"owner\":\"bob\"}")).isInstanceOf(SandboxException.class);
        a.record(id, "{\"owner\":\"alice\",\"renewed\":1}");
        Waiting.until("b has it", () -> b.find(id).isPresent());
        Waiting.until(
                "the newest notes won",
                () -> b.find(id).orElseThrow().record().equals("{\"owner\":\"alice\",\"renewed\":1}"));
        a.destroy(id, Agents.soon());
    }

    @Test
    void whatADeadOneMadeAheadIsRemovedAndNeverHandedOut() throws Exception {
        var id = SandboxId.random();
        a.createAhead(id, PLAIN, "{}", Agents.soon());
        String dead = secrets().getFirst().getMetadata().getAnnotations().get(Marks.HELD);
        a.silence(); // as if its process had stopped: nobody says goodbye
        Waiting.until("it is gone", () -> secrets().isEmpty());
        assertThat(members()).doesNotContain(dead);
        assertThat(a.claims()).isFalse();
        assertThatThrownBy(() -> a.claim(id, "{\"owner\":\"late\"}")).isInstanceOf(SandboxException.class);
    }

    @Test
    void whatADeadOneHadBegunToMakeIsRemoved() throws Exception {
        var id = SandboxId.random();
        namespace
                .client()
                .resource(dev.sandjar.kubernetes.pod.SandboxSecret.of(
                        id, dev.sandjar.runtime.SandboxKey.random(), "{}", java.time.Duration.ofSeconds(1)))
                .inNamespace(namespace.name())
                .create();
        Waiting.until("it is gone", () -> secrets().isEmpty());
    }

    @Test
    void whatADeadOneHadBegunToRemoveIsRemovedToTheEndAndNothingElse() throws Exception {
        var living = SandboxId.random();
        a.create(living, PLAIN, "{}", Agents.soon());
        var foreign = SandboxId.random();
        namespace.somebodyElsesPod(Marks.name(foreign), foreign);
        var id = SandboxId.random();
        a.create(id, PLAIN, "{}", Agents.soon());
        removeOnlySecret(id);
        Waiting.until("its pod is gone", () -> names(pods()).equals(Set.of(Marks.name(living), Marks.name(foreign))));
    }

    @Test
    void whatADeadOneHadBegunToRemoveIsRemovedByWhoeverComesNextWhereNobodyTidiesUp() throws Exception {
        a.close();
        b.close();
        var id = SandboxId.random();
        try (var passing = namespace.runtime(Map.of())) {
            passing.create(id, PLAIN, "{}", Agents.soon());
            removeOnlySecret(id);
        }
        try (var next = namespace.runtime(Map.of())) {
            assertThat(next.inventory(Agents.soon())).isEmpty();
        }
        Waiting.until(
                "its pod goes", // the API server forgets it when the kubelet has, which is not ours to test
                () -> pods().stream().allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null));
    }

    /** As on a node that is lost. */
    @Test
    void aPodThatDoesNotGoKeepsNobodyFromLooking() throws Exception {
        a.close();
        b.close();
        var id = SandboxId.random();
        try (var passing = namespace.runtime(Map.of())) {
            passing.create(id, PLAIN, "{}", Agents.soon());
            editPod(id, "/metadata/finalizers", "[\"sandjar.dev/test\"]");
            removeOnlySecret(id);
            for (int look = 0; look < 2; look++) {
                Waiting.until(
                        "it is not there",
                        () -> passing.inventory(Deadline.in("test", Duration.ofSeconds(5)))
                                .isEmpty());
            }
            assertThat(pods())
                    .singleElement()
                    .satisfies(pod ->
                            assertThat(pod.getMetadata().getDeletionTimestamp()).isNotNull());
        } finally {
            editPod(id, "/metadata/finalizers", "[]");
        }
    }

    @ParameterizedTest
    @EnumSource(TidyingUp.class)
    void whatLivesIsNotTidiedUp(TidyingUp work) throws Exception {
        var id = SandboxId.random();
        Placement made = a.create(id, PLAIN, "{}", Agents.soon());
        Options options = TestCluster.options(Map.of("namespace", namespace.name()));
        try (var cluster = Cluster.open(options.connect(), options.namespace())) {
            work.on(new Removal(cluster, new Dialler(cluster.client, options.dial(), false)), id);
        }
        assertThat(Agents.output(a, made, "echo lives")).isEqualTo("lives\n");
        a.destroy(id, Agents.soon());
    }

    /** What a sweep or an inventory does when its watches have told it something that is so no more. */
    enum TidyingUp {
        A_POD_WITHOUT_SECRET {
            @Override
            void on(Removal removal, SandboxId id) {
                removal.letLeftPodGo(id, Agents.soon());
            }
        },
        A_POD_OF_ONE_THAT_IS_STOPPED {
            @Override
            void on(Removal removal, SandboxId id) {
                removal.letStoppedPodGo(id, Agents.soon());
            }
        },
        WHAT_NOBODY_FINISHED {
            @Override
            void on(Removal removal, SandboxId id) throws InterruptedException {
                removal.destroyUnfinished(id, Agents.soon());
            }
        };

        abstract void on(Removal removal, SandboxId id) throws InterruptedException;
    }

    @Test
    void theWallsComeBackWhenSomebodyTakesThemAway() throws Exception {
        a.create(SandboxId.random(), PLAIN, "{}", Agents.soon());
        b.create(SandboxId.random(), PLAIN, "{}", Agents.soon()); // whichever of them tidies up has made them
        var walls = namespace.client().network().v1().networkPolicies().inNamespace(namespace.name());
        walls.withName("sandjar-closed").delete();
        Waiting.until("they are back", () -> walls.withName("sandjar-closed").get() != null);
    }

    @Test
    void networksThatAreAllowedNoMoreAreClosedForThoseThatRunToo() throws Exception {
        var walls = namespace.client().network().v1().networkPolicies().inNamespace(namespace.name());
        var open = SandboxSpec.builder()
                .image(TestCluster.IMAGE)
                .network(Network.OUTBOUND)
                .build();
        try (var before = namespace.runtime(Map.of("egress", "203.0.113.0/24"))) {
            before.create(SandboxId.random(), open, "{}", Agents.soon());
            assertThat(walls.withName("sandjar-outbound").get()).isNotNull();
        }
        a.create(SandboxId.random(), PLAIN, "{}", Agents.soon());
        assertThat(walls.withName("sandjar-outbound").get()).isNull();
    }

    private void editPod(SandboxId id, String path, String value) {
        namespace
                .client()
                .pods()
                .inNamespace(namespace.name())
                .withName(Marks.name(id))
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"add\",\"path\":\"" + path + "\",\"value\":" + value + "}]");
    }

    private static Set<String> names(List<Pod> pods) {
        return pods.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
    }

    private void removeOnlySecret(SandboxId id) {
        namespace
                .client()
                .secrets()
                .inNamespace(namespace.name())
                .withName(Marks.name(id))
                .delete();
    }

    @Test
    void aPodDeletedByHandIsDeadForBothAndStaysSo() throws Exception {
        var id = SandboxId.random();
        a.create(id, PLAIN, "{}", Agents.soon());
        Waiting.until("b has it", () -> b.find(id).isPresent());
        namespace
                .client()
                .pods()
                .inNamespace(namespace.name())
                .withName(Marks.name(id))
                .delete();
        for (KubernetesRuntime one : List.of(a, b)) {
            Waiting.until("it is dead", () -> one.find(id).orElseThrow().status() == Placement.Status.DEAD);
            assertThat(one.find(id).orElseThrow().reason()).contains("delete");
        }
        Waiting.until(
                "whoever comes later knows it too",
                () -> !secrets().getFirst().getMetadata().getAnnotations().containsKey(Marks.MAKING));
        try (var late = namespace.runtime(Map.of())) {
            assertThat(late.inventory(Agents.soon()))
                    .extracting(Placement::status)
                    .containsExactly(Placement.Status.DEAD);
        }
        a.destroy(id, Agents.soon());
        assertThat(secrets()).isEmpty();
    }
}
