package dev.sandjar.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxPodTest {
    private static final SandboxId ID = SandboxId.random();
    private static final Secret SECRET = new SecretBuilder()
            .withNewMetadata()
            .withName(Marks.name(ID))
            .withUid("uid-1")
            .endMetadata()
            .build();

    private static PodSettings settings(String agent, Optional<Pod> template) {
        return settings(agent, new Workspace.Temporary(), template);
    }

    private static PodSettings settings(String agent, Workspace workspace, Optional<Pod> template) {
        return new PodSettings(
                AgentSource.parse(agent, "the-agent"),
                "python:3.11",
                Map.of("team/python:latest", "registry.example/python:3.12"),
                "IfNotPresent",
                List.of("pull"),
                Map.of("kubernetes.io/arch", "amd64"),
                List.of(),
                Map.of("team", "blue"),
                Map.of(),
                Optional.of("gvisor"),
                0.1,
                128 << 20,
                10L << 30,
                Duration.ofDays(1),
                workspace,
                Optional.empty(),
                template);
    }

    private static Pod pod(SandboxSpec spec) {
        return SandboxPod.of(ID, spec, settings("init:agent:1", Optional.empty()), SECRET);
    }

    private static Container sandbox(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(one -> one.getName().equals("sandbox"))
                .findFirst()
                .orElseThrow();
    }

    private static final SandboxSpec PLAIN = SandboxSpec.of("node:20");

    /** What the pod security level {@code restricted} asks for, rule by rule. */
    private static void isRestricted(Pod pod) {
        var spec = pod.getSpec();
        assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(spec.getSecurityContext().getRunAsUser()).isPositive();
        assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(spec.getHostNetwork()).isFalse();
        assertThat(spec.getHostPID()).isFalse();
        assertThat(spec.getHostIPC()).isFalse();
        assertThat(spec.getVolumes())
                .allMatch(one -> one.getEmptyDir() != null || one.getConfigMap() != null || one.getImage() != null);
        Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
                .forEach(one -> {
                    var closed = one.getSecurityContext();
                    assertThat(closed.getAllowPrivilegeEscalation()).isFalse();
                    assertThat(closed.getPrivileged()).isFalse();
                    assertThat(closed.getRunAsNonRoot()).isTrue();
                    assertThat(closed.getCapabilities().getDrop()).containsExactly("ALL");
                    assertThat(closed.getCapabilities().getAdd()).isEmpty();
                    assertThat(closed.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
                    assertThat(one.getPorts()).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"config-map", "init:agent:1", "image:agent:1"})
    void thePodSecurityLevelRestrictedHolds(String agent) {
        isRestricted(SandboxPod.of(ID, PLAIN, settings(agent, Optional.empty()), SECRET));
    }

    @Test
    void aWorkspaceOfItsOwnIsAClaimThatGoesWithTheSecret() {
        var own = new Workspace.Own(64 << 20, Optional.of("fast"));
        Pod pod = SandboxPod.of(ID, PLAIN, settings("config-map", own, Optional.empty()), SECRET);
        assertThat(pod.getSpec().getVolumes())
                .filteredOn(one -> one.getName().equals("workspace"))
                .singleElement()
                .satisfies(one -> assertThat(one.getPersistentVolumeClaim().getClaimName())
                        .isEqualTo(Marks.name(ID)));
        assertThat(pod.getSpec().getSecurityContext().getFsGroup()).isPositive();
        var claim = own.claim(ID, SECRET);
        assertThat(claim.getSpec().getStorageClassName()).isEqualTo("fast");
        assertThat(claim.getSpec().getResources().getRequests().get("storage").getNumericalAmount())
                .isEqualByComparingTo("67108864");
        assertThat(claim.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("uid-1"));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "node:20, node:20",
        "host, python:3.11",
        "team/python:latest, registry.example/python:3.12",
    })
    void anImageMayHaveAnotherName(String said, String image) {
        assertThat(sandbox(pod(SandboxSpec.of(said))).getImage()).isEqualTo(image);
    }

    @Test
    void aTemplateAddsAndCannotOpenWhatIsClosed() {
        Pod template = Serialization.unmarshal("""
                spec:
                  hostNetwork: true
                  automountServiceAccountToken: true
                  restartPolicy: Always
                  priorityClassName: low
                  containers:
                  - name: sandbox
                    image: other
                    env: [{name: EXTRA, value: "1"}]
                    securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
                """, Pod.class);
        Pod pod = SandboxPod.of(ID, PLAIN, settings("config-map", Optional.of(template)), SECRET);
        isRestricted(pod);
        assertThat(pod.getSpec().getPriorityClassName()).isEqualTo("low");
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSpec().getContainers()).hasSize(1);
        assertThat(sandbox(pod).getImage()).isEqualTo("node:20");
        assertThat(sandbox(pod).getEnv()).extracting("name").contains("EXTRA", "SANDJAR_KEY");
    }

    @Test
    void nothingOfTheClusterIsHandedIn() {
        Pod pod = pod(PLAIN);
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSpec().getEnableServiceLinks()).isFalse();
        assertThat(pod.getSpec().getShareProcessNamespace()).isFalse();
        assertThat(pod.getSpec().getDnsPolicy()).isEqualTo("None");
    }

    @Test
    void itSaysWhoseItIsAndEndsWhenWeAreAllDead() {
        Pod pod = pod(PLAIN);
        assertThat(pod.getMetadata().getAnnotations()).containsEntry(Marks.SECRET, "uid-1");
        assertThat(pod.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(pod.getSpec().getActiveDeadlineSeconds()).isEqualTo(86_400);
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
    }

    @Test
    void theAgentIsTheFirstProcessWhateverTheImageWouldRun() {
        assertThat(sandbox(pod(PLAIN)).getCommand()).containsExactly("/run/sandjar/agent");
        assertThat(pod(PLAIN).getSpec().getInitContainers())
                .singleElement()
                .satisfies(
                        init -> assertThat(init.getCommand()).containsExactly("/agent", "--install", "/run/sandjar"));
    }

    @Test
    void limitsAreTheSpecsAndRequestsAreNeverMore() {
        var resources = sandbox(
                        pod(SandboxSpec.builder().cpu(0.05).memory(64 << 20).build()))
                .getResources();
        assertThat(resources.getLimits().get("cpu")).hasToString("50m");
        assertThat(resources.getLimits().get("memory")).hasToString("67108864");
        assertThat(resources.getRequests())
                .containsEntry("cpu", resources.getLimits().get("cpu"))
                .containsEntry("memory", resources.getLimits().get("memory"));
        var defaults = sandbox(pod(PLAIN)).getResources();
        assertThat(defaults.getLimits().get("memory")).hasToString(Long.toString(512 << 20));
        assertThat(defaults.getRequests().get("cpu")).hasToString("100m");
    }

    @Test
    void theNodesDiskHasALimitAndNothingOfItIsSetAside() {
        var resources = sandbox(pod(PLAIN)).getResources();
        assertThat(resources.getLimits().get("ephemeral-storage")).hasToString(Long.toString(10L << 30));
        assertThat(resources.getRequests().get("ephemeral-storage")).hasToString("0");
    }

    @Test
    void dollarsInTheEnvironmentStayDollars() {
        var spec = SandboxSpec.builder().env(Map.of("A", "$(HOME) $$ $x")).build();
        assertThat(sandbox(pod(spec)).getEnv())
                .filteredOn(one -> one.getName().equals("A"))
                .singleElement()
                .satisfies(one -> assertThat(one.getValue()).isEqualTo("$$(HOME) $$$$ $$x"));
    }

    @Test
    void configurationReachesThePod() {
        Pod pod = pod(SandboxSpec.builder().network(Network.OUTBOUND).build());
        assertThat(pod.getMetadata().getLabels())
                .containsEntry("team", "blue")
                .containsEntry(Marks.SANDBOX, ID.toString())
                .containsEntry(Marks.NETWORK, "outbound");
        assertThat(pod.getSpec().getRuntimeClassName()).isEqualTo("gvisor");
        assertThat(pod.getSpec().getImagePullSecrets()).extracting("name").containsExactly("pull");
        assertThat(sandbox(pod).getImage()).isEqualTo("python:3.11");
        assertThat(sandbox(pod(SandboxSpec.of("host"))).getImage()).isEqualTo("python:3.11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "0", "0:0", "1000:0", "70000", "4294967296"})
    void usersThatAreRootOrUnknownAreRefused(String user) {
        assertThatThrownBy(
                        () -> SandboxPod.check(SandboxSpec.builder().user(user).build()))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED));
    }

    @Test
    void aUserByNumberIsTaken() {
        Pod pod = pod(SandboxSpec.builder().user("1001:1002").build());
        assertThat(sandbox(pod).getSecurityContext().getRunAsUser()).isEqualTo(1001);
        assertThat(sandbox(pod).getSecurityContext().getRunAsGroup()).isEqualTo(1002);
    }

    @Test
    void aLabelWithAnotherNameIsNotOurs() {
        Pod ours = pod(PLAIN);
        Pod foreign = new PodBuilder(ours)
                .editMetadata()
                .withName("else")
                .endMetadata()
                .build();
        assertThat(Marks.sandbox(ours)).contains(ID);
        assertThat(Marks.sandbox(foreign)).isEmpty();
    }

    @Test
    void aPodIsCalledAsItsSecretSays() {
        Pod pod = named("my-own-name");
        assertThat(pod.getMetadata().getName()).isEqualTo("my-own-name");
        assertThat(Marks.sandbox(pod)).contains(ID);
        assertThat(SandboxPod.isOf(ID, pod)).isTrue();
    }

    @Test
    void aCopyOfAPodThatHasANameOfItsOwnIsNotOurs() {
        Pod copy = new PodBuilder(named("my-own-name"))
                .editMetadata()
                .withName(Marks.name(ID))
                .endMetadata()
                .build();
        assertThat(Marks.sandbox(copy)).isEmpty();
        assertThat(SandboxPod.isOurs(copy)).isFalse();
    }

    @Test
    void aNameThatNoPodCanHaveIsNotTakenFromASecret() {
        assertThat(named("../secrets/else").getMetadata().getName()).isEqualTo(Marks.name(ID));
    }

    private static Pod named(String name) {
        Secret secret = SandboxSecret.naming(
                new SecretBuilder(SECRET)
                        .editMetadata()
                        .withLabels(Marks.labels(ID))
                        .endMetadata()
                        .build(),
                name);
        return SandboxPod.of(ID, PLAIN, settings("config-map", Optional.empty()), secret);
    }

    @Test
    void aTemplateMayAskForAUserNamespace() {
        Pod template = Serialization.unmarshal("spec:\n  hostUsers: false\n", Pod.class);
        Pod pod = SandboxPod.of(ID, PLAIN, settings("config-map", Optional.of(template)), SECRET);
        assertThat(pod.getSpec().getHostUsers()).isFalse();
        isRestricted(pod);
    }

    @Test
    void theFolderToBeginInIsNoTemplateOfKubernetes() {
        Pod pod = pod(SandboxSpec.builder().cwd("/workspace/$(SANDJAR_KEY)").build());
        assertThat(sandbox(pod).getArgs()).contains("/workspace/$$(SANDJAR_KEY)");
    }
}
