package dev.sandjar.kubernetes.pod;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps of every pod and secret while it lives: what this package looks at. That is a sixth of what the API server tells; most of the
 * rest is the pod's wishes, and who manages which field.
 */
public final class Kept {
    private static final int LONGEST_VALUE = 512 << 10; // the longest record in Base64, and more

    private Kept() {}

    /** The same pod to all that this package tells of one. */
    public static Pod of(Pod pod) {
        return new PodBuilder()
                .withMetadata(metadata(pod))
                .withSpec(spec(pod.getSpec()))
                .withStatus(status(pod.getStatus()))
                .build();
    }

    /** The same secret to all that this package tells of one. */
    public static Secret of(Secret secret) {
        return new SecretBuilder()
                .withMetadata(metadata(secret))
                .withData(data(secret))
                .build();
    }

    /** Somebody may put what we never wrote into what looks like ours, or large things under our label. */
    private static Map<String, String> data(Secret secret) {
        var data = new HashMap<>(Marks.sandbox(secret).isPresent() ? secret.getData() : Map.of());
        data.keySet().retainAll(Set.of(SandboxSecret.KEY, SandboxSecret.RECORD));
        data.values().removeIf(value -> value.length() > LONGEST_VALUE);
        return data;
    }

    private static ObjectMeta metadata(HasMetadata of) {
        ObjectMeta all = of.getMetadata();
        return new ObjectMetaBuilder()
                .withNamespace(all.getNamespace())
                .withName(all.getName())
                .withUid(all.getUid())
                .withResourceVersion(all.getResourceVersion())
                .withCreationTimestamp(all.getCreationTimestamp())
                .withDeletionTimestamp(all.getDeletionTimestamp())
                .withLabels(ours(all.getLabels()))
                .withAnnotations(ours(all.getAnnotations()))
                .build();
    }

    private static Map<String, String> ours(Map<String, String> marks) {
        var ours = new HashMap<>(marks);
        ours.keySet().removeIf(mark -> !mark.startsWith(Marks.DOMAIN));
        return ours;
    }

    private static @Nullable PodSpec spec(@Nullable PodSpec spec) {
        List<Volume> claims = spec == null
                ? List.of()
                : spec.getVolumes().stream()
                        .filter(volume -> volume.getPersistentVolumeClaim() != null)
                        .toList();
        return claims.isEmpty()
                ? null
                : new PodSpecBuilder().withVolumes(claims).build();
    }

    private static @Nullable PodStatus status(@Nullable PodStatus status) {
        return status == null
                ? null
                : new PodStatusBuilder()
                        .withPhase(status.getPhase())
                        .withReason(status.getReason())
                        .withMessage(status.getMessage())
                        .withPodIP(status.getPodIP())
                        .withConditions(status.getConditions().stream()
                                .filter(one -> one.getReason() != null) // it is met, and needs none
                                .toList())
                        .withInitContainerStatuses(statuses(status.getInitContainerStatuses()))
                        .withContainerStatuses(statuses(status.getContainerStatuses()))
                        .build();
    }

    private static List<ContainerStatus> statuses(List<ContainerStatus> all) {
        return all.stream()
                .map(one -> new ContainerStatusBuilder()
                        .withName(one.getName())
                        .withImage(one.getImage())
                        .withState(one.getState())
                        .build())
                .toList();
    }
}
