package dev.sandjar.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxId;
import dev.sandjar.runtime.SandboxKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That pods are judged the same by what is kept of them is {@link PodStateTest}'s, which judges nothing else. */
class KeptTest {
    private static final SandboxId ID = SandboxId.random();
    private static final SandboxKey KEY = SandboxKey.random();

    private static Pod pod(String spec) {
        return Serialization.unmarshal("""
                metadata:
                  name: %1$s
                  uid: u
                  resourceVersion: "7"
                  managedFields: [{manager: kubelet}]
                  labels: {sandjar.dev/sandbox: %2$s, team: blue}
                  annotations: {sandjar.dev/secret: s, cni.example/networks: "[]"}
                spec: {%3$s}
                """.formatted(Marks.name(ID), ID, spec), Pod.class);
    }

    @Test
    void aPodIsStillKnownAsOursAndByItsVersion() {
        Pod kept = Kept.of(pod(""));
        assertThat(Marks.sandbox(kept)).contains(ID);
        assertThat(SandboxPod.isOurs(kept)).isTrue();
        assertThat(kept.getMetadata().getUid()).isEqualTo("u");
        assertThat(kept.getMetadata().getResourceVersion()).isEqualTo("7");
    }

    @Test
    void aWorkspaceOfItsOwnIsStillKnown() {
        String own = "volumes: [{name: workspace, persistentVolumeClaim: {claimName: %s}}]".formatted(Marks.name(ID));
        assertThat(Workspace.isOwn(Kept.of(pod(own)))).isTrue();
        assertThat(Workspace.isOwn(Kept.of(pod("volumes: [{name: workspace, emptyDir: {}}]"))))
                .isFalse();
    }

    @Test
    void wishesManagersAndOthersMarksAreNotKept() {
        Pod kept = Kept.of(pod("containers: [{name: sandbox, image: a}]"));
        assertThat(kept.getSpec()).isNull();
        assertThat(kept.getMetadata().getManagedFields()).isEmpty();
        assertThat(kept.getMetadata().getLabels()).containsOnlyKeys(Marks.SANDBOX);
        assertThat(kept.getMetadata().getAnnotations()).containsOnlyKeys(Marks.SECRET);
    }

    @Test
    void aSecretIsStillAllThatItSays() {
        Secret secret = new SecretBuilder(
                        SandboxSecret.heldBy(SandboxSecret.of(ID, KEY, "notes", Duration.ofSeconds(9)), "epoch"))
                .editMetadata()
                .addToAnnotations(Map.of(Marks.FROZEN, "true", Marks.STOPPED, "true"))
                .endMetadata()
                .build();
        Secret kept = Kept.of(secret);
        assertThat(Marks.sandbox(kept)).contains(ID);
        assertThat(SandboxSecret.key(kept).orElseThrow().bytes()).isEqualTo(KEY.bytes());
        assertThat(SandboxSecret.record(kept)).isEqualTo("notes");
        assertThat(SandboxSecret.holder(kept)).contains("epoch");
        assertThat(SandboxSecret.makingLimit(kept)).isEqualTo(Duration.ofSeconds(10));
        assertThat(SandboxSecret.frozen(kept)).isTrue();
        assertThat(SandboxSecret.stopped(kept)).isTrue();
    }

    @Test
    void whatWeNeverWroteTakesNoMemory() {
        Secret ours = new SecretBuilder(SandboxSecret.of(ID, KEY, "notes", Duration.ofSeconds(9)))
                .addToData("other", "x".repeat(1 << 20))
                .addToData(SandboxSecret.RECORD, "x".repeat(1 << 20))
                .build();
        assertThat(Kept.of(ours).getData()).containsOnlyKeys(SandboxSecret.KEY);
        Secret others = new SecretBuilder(ours)
                .editMetadata()
                .withName("others")
                .endMetadata()
                .build();
        assertThat(Kept.of(others).getData()).isEmpty();
    }
}
