package dev.sandjar.compat.kmetis;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A sandbox as the cluster sees it.
 *
 * @param sandboxId its name, and its pod's
 * @param ipAddress the pod's; empty before it has one
 * @param status the pod's phase: Pending, Running, Succeeded, Failed or Unknown
 * @param createdAt when the cluster made its pod
 * @param runningTime since the kubelet began with it; empty before
 */
public record SandboxInfo(
        String sandboxId,
        Optional<String> ipAddress,
        String status,
        Instant createdAt,
        Optional<Duration> runningTime) {
    static SandboxInfo of(Pod pod, Instant now) {
        Optional<PodStatus> status = Optional.ofNullable(pod.getStatus());
        return new SandboxInfo(
                pod.getMetadata().getName(),
                status.map(PodStatus::getPodIP).filter(ip -> !ip.isEmpty()),
                status.map(PodStatus::getPhase).orElse("Pending"),
                Instant.parse(pod.getMetadata().getCreationTimestamp()),
                status.map(PodStatus::getStartTime).map(start -> Duration.between(Instant.parse(start), now)));
    }
}
