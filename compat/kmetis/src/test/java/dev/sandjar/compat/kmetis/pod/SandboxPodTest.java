package dev.sandjar.compat.kmetis.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.error.SandboxException;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SandboxPodTest {
    private static final Login ROOT = new Login("root", OptionalInt.empty());
    private static final Login WORKER = new Login("worker", OptionalInt.of(1000));
    private static final SshServer BROUGHT = new SshServer.BroughtIn("debian-ssh:1");

    private static PodPlan plan(SshServer server, Login login, int port) {
        return new PodPlan("sandbox-1", "python:3.11", "500m", "1Gi", server, login, port, "ecdsa AAAA");
    }

    private static Pod pod(SshServer server, Login login, int port) {
        return SandboxPod.of(plan(server, login, port));
    }

    private static Container sandbox(Pod pod) {
        return pod.getSpec().getContainers().getFirst();
    }

    private static List<String> capabilities(Container container) {
        return container.getSecurityContext().getCapabilities().getAdd();
    }

    @Test
    void itIsKnownByTheLabelsOfTheContract() {
        assertThat(pod(BROUGHT, ROOT, 22).getMetadata().getLabels())
                .isEqualTo(Map.of("app", "k8s-sandbox", "sandbox-id", "sandbox-1"));
    }

    @Test
    void allThatItMayUseIsSetAside() {
        var resources = sandbox(pod(BROUGHT, ROOT, 22)).getResources();

        assertThat(resources.getRequests())
                .isEqualTo(resources.getLimits())
                .isEqualTo(Map.of("cpu", new Quantity("500m"), "memory", new Quantity("1Gi")));
    }

    @Test
    void itGetsNoPowerOverTheClusterAndIsNotStartedAgain() {
        var spec = pod(BROUGHT, ROOT, 22).getSpec();

        assertThat(spec.getAutomountServiceAccountToken()).isFalse();
        assertThat(spec.getEnableServiceLinks()).isFalse();
        assertThat(spec.getRestartPolicy()).isEqualTo("Never");
    }

    @Test
    void sshdAsRootGetsWhatItNeedsAndNoMore() {
        assertThat(capabilities(sandbox(pod(BROUGHT, ROOT, 22))))
                .containsExactly("SETUID", "SETGID", "SYS_CHROOT", "KILL", "NET_BIND_SERVICE");
        assertThat(capabilities(sandbox(pod(BROUGHT, ROOT, 2222)))).doesNotContain("NET_BIND_SERVICE");
    }

    @Test
    void sshdOfAnotherUserGetsNothing() {
        Pod pod = pod(BROUGHT, WORKER, 2222);

        assertThat(Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream()))
                .hasSize(3)
                .allSatisfy(container -> {
                    assertThat(capabilities(container)).isEmpty();
                    assertThat(container.getSecurityContext().getRunAsUser()).isEqualTo(1000);
                    assertThat(container.getSecurityContext().getRunAsNonRoot()).isTrue();
                });
    }

    @Test
    void anImageWithItsOwnSshdFindsKeysWhereTheContractSays() {
        Container container = sandbox(pod(new SshServer.OfImage(), ROOT, 22));

        assertThat(container.getCommand()).isEmpty();
        assertThat(container.getEnv()).singleElement().satisfies(variable -> {
            assertThat(variable.getName()).isEqualTo("SSH_ENABLE_ROOT");
            assertThat(variable.getValue()).isEqualTo("true");
        });
        assertThat(container.getVolumeMounts()).singleElement().satisfies(mount -> {
            assertThat(mount.getMountPath()).isEqualTo("/root/.ssh/authorized_keys");
            assertThat(mount.getSubPath()).isEqualTo("authorized_keys");
            assertThat(mount.getReadOnly()).isTrue();
        });
    }

    @Test
    void theSecretGoesWithItsPod() {
        Pod made = new PodBuilder()
                .withNewMetadata()
                .withUid("1-2-3")
                .endMetadata()
                .build();

        Secret secret = SandboxPod.secret(plan(BROUGHT, ROOT, 22), made, "ssh-ed25519 AAAA\n", "private");

        assertThat(secret.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getKind()).isEqualTo("Pod");
            assertThat(owner.getName()).isEqualTo("sandbox-1");
            assertThat(owner.getUid()).isEqualTo("1-2-3");
        });
        assertThat(secret.getStringData()).containsEntry("authorized_keys", "ssh-ed25519 AAAA\n");
    }

    @Test
    void aPortBelow1024IsRefusedForAnotherUserThanRoot() {
        assertThatThrownBy(() -> plan(BROUGHT, WORKER, 22))
                .isInstanceOf(SandboxException.class)
                .hasMessage(
                        "port is 22, allowed: 1024 to 65535, since lower ones are for root and the sandbox runs as another"
                                + " user");
    }

    @Test
    void anImagesOwnSshdCannotBeGivenToAnotherUser() {
        assertThatThrownBy(() -> plan(new SshServer.OfImage(), WORKER, 2222))
                .hasMessageContaining("allowed: with an sshd that is brought in");
    }

    @Test
    void rootHasNoOtherNumber() {
        assertThatThrownBy(() -> new Login("root", OptionalInt.of(1000))).isInstanceOf(SandboxException.class);
    }

    @Test
    void aUsernameIsNotTextForAConfiguration() {
        assertThatThrownBy(() -> new Login("root\nPermitRootLogin yes", OptionalInt.empty()))
                .isInstanceOf(SandboxException.class);
    }
}
