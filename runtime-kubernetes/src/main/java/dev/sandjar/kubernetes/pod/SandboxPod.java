package dev.sandjar.kubernetes.pod;

import dev.sandjar.Network;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A sandbox as a pod: any image, our agent as its first process, and nothing that a cluster of the pod security level {@code restricted} refuses. */
public final class SandboxPod {
    /** The container that is the sandbox. */
    public static final String CONTAINER = "sandbox";
    /** Where the agent listens. */
    public static final int PORT = 47_001;

    private static final String AGENT_FOLDER = "/run/sandjar";
    private static final String AGENT = AGENT_FOLDER + "/agent";
    private static final String KEY_VARIABLE = "SANDJAR_KEY";
    private static final String WORKSPACE = "/workspace";
    private static final String HOME = "/home/sandbox";
    /** A volume of a pod belongs to root, though everybody in it may write there; Git would refuse to work in a folder of another's. */
    private static final Map<String, String> GIT_TRUSTS_THE_WORKSPACE =
            Map.of("GIT_CONFIG_COUNT", "1", "GIT_CONFIG_KEY_0", "safe.directory", "GIT_CONFIG_VALUE_0", WORKSPACE);

    private static final String DISK = "ephemeral-storage";
    private static final double DEFAULT_CPU = 1;
    private static final long DEFAULT_MEMORY = 512L << 20;
    private static final long GRACE_SECONDS = 1; // the agent ends at once when it is told to

    private final SandboxId id;
    private final SandboxSpec spec;
    private final PodSettings settings;
    private final PodUser user;

    private SandboxPod(SandboxId id, SandboxSpec spec, PodSettings settings) {
        this.id = id;
        this.spec = spec;
        this.settings = settings;
        this.user = PodUser.of(spec);
    }

    /**
     * The pod for a sandbox.
     *
     * @param secret the sandbox's own, as the API server has it. The cluster is not told that it owns the pod: its garbage collector would delete
     *     the pod too, a call more for each removal
     */
    public static Pod of(SandboxId id, SandboxSpec spec, PodSettings settings, Secret secret) {
        return new SandboxPod(id, spec, settings).pod(secret);
    }

    /**
     * The same for one that is made ahead. Until it is claimed it has no longest life, which may be set only once and counts from its start;
     * its agent's lease is short instead.
     */
    public static Pod ahead(SandboxId id, SandboxSpec spec, PodSettings settings, Secret secret) {
        return new PodBuilder(of(id, spec, settings, secret))
                .editSpec()
                .withActiveDeadlineSeconds(null)
                .endSpec()
                .build();
    }

    /** Whether a pod is that of the sandbox with this secret. */
    public static boolean belongsTo(Pod pod, Secret secret) {
        return secret.getMetadata()
                .getUid()
                .equals(pod.getMetadata().getAnnotations().get(Marks.SECRET));
    }

    /** Whether a volume is an image; older API servers drop what they do not know. */
    public static boolean hasImageVolume(Pod pod) {
        return pod.getSpec().getVolumes().stream().anyMatch(volume -> volume.getImage() != null);
    }

    /** Whether a pod was made by a runtime like this one; others may wear our labels. */
    public static boolean isOurs(Pod pod) {
        return Marks.sandbox(pod).isPresent()
                && pod.getMetadata().getAnnotations().containsKey(Marks.SECRET);
    }

    /** Whether a pod is that of a sandbox, made by a runtime like this one. */
    public static boolean isOf(SandboxId id, Pod pod) {
        return isOurs(pod) && Marks.sandbox(pod).filter(id::equals).isPresent();
    }

    /** A patch that sets how long a pod may live from now on, counted from its start as Kubernetes does. */
    public static String ending(Duration age, Duration longestLife) {
        return "{\"spec\":{\"activeDeadlineSeconds\":" + age.plus(longestLife).toSeconds() + "}}";
    }

    /** Refuses what no pod can do, before anything is made. */
    public static void check(SandboxSpec spec) {
        PodUser.of(spec);
    }

    private boolean outbound() {
        return spec.network().orElse(Network.NONE) == Network.OUTBOUND;
    }

    private Pod pod(Secret secret) {
        return new PodBuilder(settings.template().orElseGet(Pod::new))
                .editOrNewMetadata()
                .withName(Marks.podName(secret))
                .withGenerateName(null)
                .withNamespace(null)
                .addToLabels(settings.labels())
                .addToLabels(Marks.labels(id))
                .addToLabels(Marks.NETWORK, outbound() ? "outbound" : "none")
                .addToAnnotations(settings.annotations())
                .removeFromAnnotations(Marks.POD)
                .addToAnnotations(named(secret))
                .addToAnnotations(Marks.SECRET, secret.getMetadata().getUid())
                .endMetadata()
                .editOrNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withShareProcessNamespace(false)
                .withHostNetwork(false)
                .withHostPID(false)
                .withHostIPC(false)
                .withHostname("sandbox")
                .withActiveDeadlineSeconds(settings.longestLife().toSeconds())
                .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                .withDnsPolicy(outbound() ? "ClusterFirst" : "None")
                .editOrNewDnsConfig()
                .addAllToNameservers(outbound() ? List.of() : List.of("127.0.0.1"))
                .endDnsConfig()
                .addToNodeSelector(settings.nodeSelector())
                .addAllToTolerations(settings.tolerations())
                .addAllToImagePullSecrets(settings.pullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList())
                .withRuntimeClassName(settings.runtimeClass().orElse(null))
                .editOrNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(user.uid())
                .withRunAsGroup(user.gid())
                .withFsGroup(settings.workspace().claimed() ? user.gid() : null)
                .withFsGroupChangePolicy(settings.workspace().claimed() ? "OnRootMismatch" : null)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addAllToInitContainers(initContainers())
                .removeMatchingFromContainers(one -> CONTAINER.equals(one.getName()))
                .addToContainers(sandbox())
                .addAllToVolumes(volumes())
                .endSpec()
                .build();
    }

    /** Its name, where its secret wants another than the usual one: by that it is ours, and no copy of it is. */
    private static Map<String, String> named(Secret secret) {
        String name = Marks.podName(secret);
        return name.equals(secret.getMetadata().getName()) ? Map.of() : Map.of(Marks.POD, name);
    }

    /** A container of that name in the template gives more mounts and variables; it cannot take anything away. */
    private ContainerBuilder fromTemplate() {
        return settings.template().stream()
                .flatMap(pod -> pod.getSpec().getContainers().stream())
                .filter(one -> CONTAINER.equals(one.getName()))
                .findFirst()
                .map(ContainerBuilder::new)
                .orElseGet(ContainerBuilder::new);
    }

    private Container sandbox() {
        return fromTemplate()
                .withName(CONTAINER)
                .withImage(image())
                .withImagePullPolicy(settings.pullPolicy())
                .withCommand(AGENT)
                .withArgs(
                        "--tcp",
                        "0.0.0.0:" + PORT,
                        "--key-env",
                        KEY_VARIABLE,
                        "--workspace",
                        literal(spec.cwd().orElse(WORKSPACE)),
                        "--largest-file",
                        Long.toString(settings.workspace().largestFile(settings.diskLimit())))
                .withWorkingDir(spec.cwd().orElse(WORKSPACE))
                .addAllToEnv(environment())
                .withResources(resources())
                .withSecurityContext(closed())
                .addAllToVolumeMounts(mounts())
                .withLifecycle(null)
                .withLivenessProbe(null)
                .withReadinessProbe(null)
                .withStartupProbe(null)
                .build();
    }

    private String image() {
        return spec.image()
                .map(name -> settings.aliases().getOrDefault(name, name))
                .filter(name -> !name.equals(PodSettings.HOST))
                .orElse(settings.image());
    }

    private List<Container> initContainers() {
        if (!(settings.agent() instanceof AgentSource.InitImage(String image))) {
            return List.of();
        }
        return List.of(new ContainerBuilder()
                .withName("agent")
                .withImage(image)
                .withImagePullPolicy(settings.pullPolicy())
                .withCommand("/agent", "--install", AGENT_FOLDER)
                .withResources(quantities(0.01, 16L << 20, 0.1, 32L << 20))
                .withSecurityContext(closed())
                .addToVolumeMounts(mount("agent", AGENT_FOLDER, false))
                .build());
    }

    private List<EnvVar> environment() {
        var all = new LinkedHashMap<String, String>();
        all.put("LANG", "C.UTF-8");
        all.put("TERM", "xterm-256color");
        all.putAll(Map.of("HOME", HOME, "USER", "sandbox", "LOGNAME", "sandbox", "SHELL", "/bin/bash"));
        all.putAll(GIT_TRUSTS_THE_WORKSPACE);
        all.putAll(spec.env());
        var words = new ArrayList<EnvVar>();
        words.add(new EnvVarBuilder()
                .withName(KEY_VARIABLE)
                .withNewValueFrom()
                .withNewSecretKeyRef(SandboxSecret.KEY, Marks.name(id), false)
                .endValueFrom()
                .build());
        all.forEach((name, value) -> {
            if (!name.equals(KEY_VARIABLE)) { // the agent takes it away before any command could see it
                words.add(new EnvVar(name, literal(value), null));
            }
        });
        return words;
    }

    /** Kubernetes would expand it. */
    private static String literal(String text) {
        return text.replace("$", "$$");
    }

    private ResourceRequirements resources() {
        double cpu = spec.cpu().orElse(DEFAULT_CPU);
        long memory = spec.memory().orElse(DEFAULT_MEMORY);
        return new ResourceRequirementsBuilder(quantities(
                        Math.min(cpu, settings.cpuRequest()), Math.min(memory, settings.memoryRequest()), cpu, memory))
                .addToRequests(DISK, new Quantity("0")) // else as much as the limit would be set aside
                .addToLimits(DISK, new Quantity(Long.toString(settings.diskLimit())))
                .build();
    }

    private static ResourceRequirements quantities(double cpu, long memory, double cpuLimit, long memoryLimit) {
        return new ResourceRequirementsBuilder()
                .addToRequests("cpu", processors(cpu))
                .addToRequests("memory", new Quantity(Long.toString(memory)))
                .addToLimits("cpu", processors(cpuLimit))
                .addToLimits("memory", new Quantity(Long.toString(memoryLimit)))
                .build();
    }

    private static Quantity processors(double cores) {
        return new Quantity(
                BigDecimal.valueOf(Math.max(1, Math.round(cores * 1_000))).toPlainString() + "m");
    }

    private SecurityContext closed() {
        return new SecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(user.uid())
                .withRunAsGroup(user.gid())
                .withAllowPrivilegeEscalation(false)
                .withPrivileged(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }

    private List<VolumeMount> mounts() {
        return List.of(
                mount("agent", AGENT_FOLDER, true),
                mount("workspace", WORKSPACE, false),
                mount("home", HOME, false),
                mount("tmp", "/tmp", false));
    }

    private static VolumeMount mount(String volume, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withReadOnly(readOnly ? true : null)
                .build();
    }

    private List<Volume> volumes() {
        return List.of(agentVolume(), settings.workspace().volume("workspace", id), empty("home"), empty("tmp"));
    }

    private Volume agentVolume() {
        var volume = new VolumeBuilder().withName("agent");
        return switch (settings.agent()) {
            case AgentSource.ConfigMapped(String name) ->
                volume.withNewConfigMap()
                        .withName(name)
                        .withDefaultMode(0_555)
                        .endConfigMap()
                        .build();
            case AgentSource.InitImage _ ->
                volume.withNewEmptyDir().endEmptyDir().build();
            case AgentSource.ImageVolume(String image) ->
                volume.withNewImage(settings.pullPolicy(), image).build();
            case AgentSource.NodeFolder(String path) ->
                volume.withNewHostPath(path, "Directory").build();
        };
    }

    private static Volume empty(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .endEmptyDir()
                .build();
    }
}
