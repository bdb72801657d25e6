package dev.sandjar.kubernetes.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Toleration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every sandbox's pod has in common.
 *
 * @param agent where it has the agent from
 * @param image for a spec that names none, or {@code host}
 * @param aliases names for images
 * @param pullPolicy {@code IfNotPresent}, {@code Always} or {@code Never}
 * @param pullSecrets names of secrets in the namespace
 * @param nodeSelector labels that its node must have
 * @param tolerations of its node's taints
 * @param labels beside ours
 * @param annotations beside ours
 * @param runtimeClass such as gVisor's
 * @param cpuRequest processors that the scheduler sets aside, if the limit is not less
 * @param memoryRequest bytes that the scheduler sets aside, if the limit is not less
 * @param diskLimit bytes of its node's disk that it may fill before the kubelet evicts it
 * @param longestLife after which the kubelet ends it, whoever forgot to
 * @param workspace what lies behind the workspace
 * @param podName what the pod of the one sandbox is called that may be there at a time; each its own name when empty
 * @param template anything else: what a pod starts from; what makes it safe is laid over it
 */
public record PodSettings(
        AgentSource agent,
        String image,
        Map<String, String> aliases,
        String pullPolicy,
        List<String> pullSecrets,
        Map<String, String> nodeSelector,
        List<Toleration> tolerations,
        Map<String, String> labels,
        Map<String, String> annotations,
        Optional<String> runtimeClass,
        double cpuRequest,
        long memoryRequest,
        long diskLimit,
        Duration longestLife,
        Workspace workspace,
        Optional<String> podName,
        Optional<Pod> template) {
    /** The image that means: whatever is usual here. */
    public static final String HOST = "host";

    /** Copies. */
    public PodSettings {
        aliases = Map.copyOf(aliases);
        pullSecrets = List.copyOf(pullSecrets);
        nodeSelector = Map.copyOf(nodeSelector);
        tolerations = List.copyOf(tolerations);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
