package dev.sandjar.kubernetes.pod;

import dev.sandjar.SandboxId;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.util.Optional;

/** What lies behind a sandbox's workspace. */
public sealed interface Workspace {
    /** Goes with the pod. */
    record Temporary() implements Workspace {}

    /**
     * Of all sandboxes together; outlives them.
     *
     * @param claim the name of a claim that is there
     */
    record Shared(String claim) implements Workspace {}

    /**
     * Each sandbox's own; goes with the sandbox, not with its pod.
     *
     * @param bytes how large
     * @param storageClass the cluster's default when empty
     */
    record Own(long bytes, Optional<String> storageClass) implements Workspace {
        /** The claim of a sandbox. The cluster removes it after the secret. */
        public PersistentVolumeClaim claim(SandboxId id, Secret secret) {
            return new PersistentVolumeClaimBuilder()
                    .withNewMetadata()
                    .withName(Marks.name(id))
                    .withLabels(Marks.labels(id))
                    .withOwnerReferences(SandboxSecret.ownership(secret))
                    .endMetadata()
                    .withNewSpec()
                    .withAccessModes("ReadWriteOnce")
                    .withStorageClassName(storageClass.orElse(null))
                    .withNewResources()
                    .addToRequests("storage", new Quantity(Long.toString(bytes)))
                    .endResources()
                    .endSpec()
                    .build();
        }
    }

    /** Whether it belongs to somebody else than the pod, who has to let its user write there. */
    default boolean claimed() {
        return !(this instanceof Temporary);
    }

    /** Whether a sandbox's pod has a workspace of its own, whatever is configured by now. */
    static boolean isOwn(Pod pod) {
        String own = Marks.sandbox(pod).map(Marks::name).orElse("");
        return pod.getSpec() != null
                && pod.getSpec().getVolumes().stream()
                        .filter(volume -> volume.getPersistentVolumeClaim() != null)
                        .anyMatch(volume ->
                                volume.getPersistentVolumeClaim().getClaimName().equals(own));
    }

    /**
     * How large a file may become, in bytes. A file that the kubelet does not count, such as the one for a container's last words, is bounded by
     * nothing else.
     */
    default long largestFile(long diskLimit) {
        return switch (this) {
            case Temporary _ -> diskLimit;
            case Shared _ -> Math.max(diskLimit, 1L << 40); // nobody has said how large it is
            case Own own -> Math.max(diskLimit, own.bytes());
        };
    }

    /** As the pod of a sandbox has it. */
    default Volume volume(String name, SandboxId id) {
        var volume = new VolumeBuilder().withName(name);
        return switch (this) {
            case Temporary _ -> volume.withNewEmptyDir().endEmptyDir().build();
            case Shared(String claim) ->
                volume.withNewPersistentVolumeClaim(claim, false).build();
            case Own _ ->
                volume.withNewPersistentVolumeClaim(Marks.name(id), false).build();
        };
    }
}
