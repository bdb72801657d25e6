package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.runtime.Placement;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A sandbox whose pod has a name of its caller's, beside servers that know nothing of it. */
@Tag("cluster")
class PodNameTest {
    private static final SandboxSpec PLAIN = SandboxSpec.of(TestCluster.IMAGE);
    private static final String NAME = "a-name-of-my-own";

    private TestNamespace namespace;
    private KubernetesRuntime naming;
    private KubernetesRuntime other;

    @BeforeEach
    void open() throws Exception {
        namespace = new TestNamespace();
        naming = namespace.runtime(Map.of("pod-name", NAME));
        other = namespace.runtime(Map.of("silence", "3"));
    }

    @AfterEach
    void close() {
        naming.close();
        other.close();
        namespace.close();
    }

    @Test
    void anotherServerSeesUsesKeepsAndRemovesIt() throws Exception {
        var id = SandboxId.random();
        naming.create(id, PLAIN, "{}", Agents.soon());
        assertThat(podNames()).containsExactly(NAME);

        Waiting.until("the other server sees it", () -> other.find(id).isPresent());
        Placement seen = other.find(id).orElseThrow();
        assertThat(Agents.output(other, seen, "echo hello")).isEqualTo("hello\n");

        tidyUp(other);
        assertThat(other.find(id).map(Placement::status)).contains(Placement.Status.RUNNING);
        assertThat(podNames()).containsExactly(NAME);

        other.destroy(id, Agents.soon());
        assertThat(running()).isEmpty();
        assertThat(namespace
                        .client()
                        .secrets()
                        .inNamespace(namespace.name())
                        .withLabel(Marks.SANDBOX)
                        .list()
                        .getItems())
                .isEmpty();
        Waiting.until(
                "its own server sees that it is gone", () -> naming.find(id).isEmpty());
    }

    @Test
    void itsPodIsSweptWhenItsSecretIsGone() throws Exception {
        var id = SandboxId.random();
        naming.create(id, PLAIN, "{}", Agents.soon());
        other.attend(_ -> {});
        namespace
                .client()
                .secrets()
                .inNamespace(namespace.name())
                .withName(Marks.name(id))
                .delete();
        Waiting.until("its pod is gone", () -> running().isEmpty());
    }

    @Test
    void aSecondOneOfThatNameIsRefusedAndTheFirstLivesOn() throws Exception {
        var first = SandboxId.random();
        naming.create(first, PLAIN, "{}", Agents.soon());
        var second = SandboxId.random();
        assertThatThrownBy(() -> naming.create(second, PLAIN, "{}", Agents.soon()))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS))
                .hasMessage("pod " + NAME + " is there already");
        assertThat(naming.find(second)).isEmpty();
        assertThat(Agents.output(naming, naming.find(first).orElseThrow(), "echo hello"))
                .isEqualTo("hello\n");
    }

    @Test
    void aNameCanBeUsedAgainWhileTheOldPodStillGoes() throws Exception {
        var old = lingering();
        var id = SandboxId.random();
        var creating = new FutureTask<>(() -> naming.create(id, PLAIN, "{}", Agents.soon()));
        Thread.ofVirtual().start(creating);
        Waiting.until(
                "it has been begun",
                () -> !namespace
                        .client()
                        .secrets()
                        .inNamespace(namespace.name())
                        .withLabel(Marks.SANDBOX)
                        .list()
                        .getItems()
                        .isEmpty());
        letGo(old);
        assertThat(Agents.output(naming, creating.get(), "echo hello")).isEqualTo("hello\n");
    }

    @Test
    void nothingIsMadeAheadUnderIt() throws Exception {
        naming.attend(_ -> {});
        other.attend(_ -> {});
        Waiting.until("the other server may", other::claims);
        assertThat(naming.claims()).isFalse();
    }

    /** Two rounds of it: what nobody seems to own is removed in the second. */
    private void tidyUp(KubernetesRuntime runtime) throws Exception {
        var orphan = SandboxId.random();
        leftPod(Marks.name(orphan), orphan, List.of());
        runtime.attend(_ -> {});
        Waiting.until("it has removed what was left", () -> !podNames().contains(Marks.name(orphan)));
    }

    /** Of a sandbox that is gone; it holds its name until it may go too. */
    private Pod lingering() {
        Pod old = leftPod(NAME, SandboxId.random(), List.of("sandjar.dev/test"));
        namespace.client().resource(old).delete();
        return old;
    }

    private void letGo(Pod pod) {
        namespace
                .client()
                .resource(pod)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    }

    /** Of a sandbox without a secret, on no node. */
    private Pod leftPod(String name, SandboxId id, List<String> finalizers) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace.name())
                .withName(name)
                .withLabels(Marks.labels(id))
                .withAnnotations(Map.of(Marks.SECRET, "one-that-is-gone", Marks.POD, name))
                .withFinalizers(finalizers)
                .endMetadata()
                .withNewSpec()
                .withNodeSelector(Map.of("no", "node"))
                .addNewContainer()
                .withName("c")
                .withImage(TestCluster.IMAGE)
                .endContainer()
                .endSpec()
                .build();
        return namespace.client().resource(pod).create();
    }

    private List<String> podNames() {
        return pods().stream().map(pod -> pod.getMetadata().getName()).toList();
    }

    /** The API server forgets it a little later. */
    private List<Pod> running() {
        return pods().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    private List<Pod> pods() {
        return namespace.client().pods().inNamespace(namespace.name()).list().getItems();
    }
}
