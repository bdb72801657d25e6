package dev.sandjar.compat.kmetis.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox's pod, and the secret with its keys.
 *
 * <p>An sshd that is brought in lies in {@link #OPENSSH}, read-only and owned by whom it runs as, because sshd trusts no file that others could
 * change. That is a folder in a volume, not the volume: all may write to those.
 */
public final class SandboxPod {
    /** The container that is the sandbox. */
    public static final String CONTAINER = "sandbox";

    static final String OPENSSH = "/opt/sandjar/openssh";
    private static final String VOLUME = "openssh";
    private static final String KEYS = "keys";
    private static final String HOME = "home";
    private static final int READABLE = 0_444; // sshd reads keys as the user who logs in

    /**
     * What sshd as root needs: to become its own unprivileged user and the one who logs in (SETUID, SETGID), to lock the first into an empty
     * folder (SYS_CHROOT), and to end their processes (KILL).
     */
    private static final List<String> SSHD = List.of("SETUID", "SETGID", "SYS_CHROOT", "KILL");

    /** Beyond that, the program of such an image adds users, unlocks root, hands out files, and writes its audit log. */
    private static final List<String> IMAGE_WITH_SSHD =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "AUDIT_WRITE");

    private static final int FIRST_FREE_PORT = 1024;

    private final PodPlan plan;

    private SandboxPod(PodPlan plan) {
        this.plan = plan;
    }

    /**
     * Makes the pod.
     *
     * @param plan what it is to be
     * @return what to give to the cluster
     */
    public static Pod of(PodPlan plan) {
        return new SandboxPod(plan).pod();
    }

    /**
     * Makes the secret, which goes with its pod.
     *
     * @param plan the pod's
     * @param owner the pod as the cluster made it
     * @param publicKeys who may log in: lines as in {@code authorized_keys}
     * @param hostKey the private one, as OpenSSH writes it; empty where the image makes its own
     * @return what to give to the cluster
     */
    public static Secret secret(PodPlan plan, Pod owner, String publicKeys, String hostKey) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(plan.id())
                .withLabels(Marks.labels(plan))
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(plan.id())
                .withUid(owner.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .withStringData(
                        Map.of("authorized_keys", publicKeys, "host_key", hostKey, "sshd_config", SshdConfig.of(plan)))
                .build();
    }

    /**
     * Whether a pod's keys are in a secret of its own name.
     *
     * @param pod any
     * @return true for those made here
     */
    public static boolean hasKeys(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getName().equals(KEYS) && volume.getSecret() != null)
                .anyMatch(volume ->
                        pod.getMetadata().getName().equals(volume.getSecret().getSecretName()));
    }

    private Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName(plan.id())
                .withLabels(Marks.labels(plan))
                .withAnnotations(Marks.annotations(plan))
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(1L) // nothing in it is worth waiting for
                .withNewSecurityContext()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withInitContainers(initContainers())
                .withContainers(sandbox())
                .withVolumes(volumes())
                .endSpec()
                .build();
    }

    private Container sandbox() {
        ContainerBuilder container = container(CONTAINER, plan.image())
                .addNewPort()
                .withContainerPort(plan.port())
                .endPort();
        return switch (plan.server()) {
            case SshServer.OfImage _ ->
                container
                        .withEnv(environment())
                        .withSecurityContext(rights(true))
                        .withVolumeMounts(keyFiles())
                        .build();
            case SshServer.BroughtIn _ ->
                container
                        .withCommand(brought(Scripts.SERVE))
                        .withSecurityContext(rights(true))
                        .withVolumeMounts(mountsOfBroughtIn())
                        .build();
        };
    }

    /** Root's and, for {@code panubo/sshd}, another user's. */
    private List<EnvVar> environment() {
        String user = plan.login().username();
        return user.equals("root")
                ? List.of(new EnvVar("SSH_ENABLE_ROOT", "true", null))
                : List.of(new EnvVar("SSH_USERS", user + ":1000:1000", null));
    }

    /** Where images look for a user's keys; owned by root and writable by nobody, which sshd takes for anybody's. */
    private List<VolumeMount> keyFiles() {
        String user = plan.login().username();
        List<String> places = user.equals("root")
                ? List.of("/root/.ssh/authorized_keys")
                : List.of("/home/" + user + "/.ssh/authorized_keys", "/etc/authorized_keys/" + user);
        return places.stream()
                .map(place -> mount(KEYS, place, "authorized_keys", true))
                .toList();
    }

    private List<VolumeMount> mountsOfBroughtIn() {
        var mounts = new ArrayList<>(List.of(mount(VOLUME, OPENSSH, "openssh", true)));
        if (plan.login().uid().isPresent()) {
            mounts.add(mount(VOLUME, "/etc/passwd", "passwd", true));
            mounts.add(mount(HOME, home(), null, false));
        }
        return mounts;
    }

    private String home() {
        return "/home/" + plan.login().username();
    }

    private List<Container> initContainers() {
        if (!(plan.server() instanceof SshServer.BroughtIn(String from))) {
            return List.of();
        }
        var containers = new ArrayList<Container>();
        containers.add(container("openssh", from)
                .withCommand("sh", "-c", Scripts.BRING)
                .withSecurityContext(rights(false))
                .withVolumeMounts(mount(VOLUME, "/opt/sandjar", null, false), mount(KEYS, "/keys", null, true))
                .build());
        plan.login()
                .uid()
                .ifPresent(uid -> containers.add(container("users", plan.image())
                        .withCommand(brought(Scripts.USERS))
                        .withEnv(
                                new EnvVar("NAME", plan.login().username(), null),
                                new EnvVar("NUMBER", Integer.toString(uid), null),
                                new EnvVar("HOME_OF_USER", home(), null))
                        .withSecurityContext(rights(false))
                        .withVolumeMounts(mount(VOLUME, "/opt/sandjar", null, false))
                        .build()));
        return containers;
    }

    /** By the shell that came with OpenSSH, through the loader that came with it. */
    private static List<String> brought(String script) {
        return List.of(OPENSSH + "/loader", "--library-path", OPENSSH + "/lib", OPENSSH + "/bin/sh", "-c", script);
    }

    private ContainerBuilder container(String name, String image) {
        return new ContainerBuilder()
                .withName(name)
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withResources(resources());
    }

    /** All that is asked for is also set aside. */
    private ResourceRequirements resources() {
        Map<String, Quantity> all = Map.of("cpu", new Quantity(plan.cpu()), "memory", new Quantity(plan.memory()));
        return new ResourceRequirementsBuilder()
                .withRequests(all)
                .withLimits(all)
                .build();
    }

    private SecurityContext rights(boolean sshd) {
        var context = new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd(sshd ? capabilities() : List.of())
                .endCapabilities();
        long uid = plan.login().uid().orElse(0);
        return context.withRunAsNonRoot(uid != 0)
                .withRunAsUser(uid)
                .withRunAsGroup(uid)
                .build();
    }

    private List<String> capabilities() {
        if (plan.login().uid().isPresent()) {
            return List.of();
        }
        var needed = new ArrayList<>(SSHD);
        if (plan.server() instanceof SshServer.OfImage) {
            needed.addAll(IMAGE_WITH_SSHD);
        }
        if (plan.port() < FIRST_FREE_PORT) {
            needed.add("NET_BIND_SERVICE");
        }
        return needed;
    }

    private List<Volume> volumes() {
        var volumes = new ArrayList<>(List.of(new VolumeBuilder()
                .withName(KEYS)
                .withNewSecret()
                .withSecretName(plan.id())
                .withDefaultMode(READABLE)
                .endSecret()
                .build()));
        if (plan.server() instanceof SshServer.BroughtIn) {
            volumes.add(empty(VOLUME));
        }
        if (plan.login().uid().isPresent()) {
            volumes.add(empty(HOME));
        }
        return volumes;
    }

    private static Volume empty(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .endEmptyDir()
                .build();
    }

    private static VolumeMount mount(String volume, String place, @Nullable String part, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(place)
                .withSubPath(part)
                .withReadOnly(readOnly ? true : null)
                .build();
    }
}
