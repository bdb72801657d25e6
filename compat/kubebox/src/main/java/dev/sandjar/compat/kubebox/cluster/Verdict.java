package dev.sandjar.compat.kubebox.cluster;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a pod's status means for whoever waits for it. */
sealed interface Verdict {
    /**
     * Not ready yet.
     *
     * @param what it waits for, in words
     */
    record Waiting(String what) implements Verdict {}

    /** It runs, and all its containers say that they are ready. */
    record Ready() implements Verdict {}

    /**
     * Waiting longer will not mend it.
     *
     * @param why in words
     */
    record Hopeless(String why) implements Verdict {}

    /** Reasons for which a container waits that do not go away by themselves soon. */
    Set<String> STUCK = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "ImageInspectError",
            "RegistryUnavailable",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "CrashLoopBackOff");

    /**
     * Judges.
     *
     * @param pod as last seen; null when there is none
     */
    static Verdict of(@Nullable Pod pod) {
        if (pod == null) {
            return new Hopeless("there is no such pod");
        }
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return new Hopeless("somebody is deleting it");
        }
        PodStatus status = pod.getStatus();
        if (status == null || status.getPhase() == null) {
            return new Waiting("no node has been looked for");
        }
        Optional<String> stuck =
                statuses(status).map(Verdict::stuck).flatMap(Optional::stream).findFirst();
        return stuck.isPresent() ? new Hopeless(stuck.get()) : byPhase(status);
    }

    private static Verdict byPhase(PodStatus status) {
        return switch (status.getPhase()) {
            case "Failed", "Succeeded" -> new Hopeless(ended(status));
            case "Unknown" -> new Hopeless("its node does not answer");
            case "Running" -> ready(status) ? new Ready() : new Waiting("nothing in it listens on port 80 yet");
            default -> new Waiting(unplaced(status));
        };
    }

    private static boolean ready(PodStatus status) {
        List<ContainerStatus> all = status.getContainerStatuses();
        return !all.isEmpty() && all.stream().allMatch(one -> Boolean.TRUE.equals(one.getReady()));
    }

    private static Stream<ContainerStatus> statuses(PodStatus status) {
        return Stream.of(status.getInitContainerStatuses(), status.getContainerStatuses())
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(one -> one.getState() != null);
    }

    private static Optional<String> stuck(ContainerStatus status) {
        return Optional.ofNullable(status.getState().getWaiting())
                .filter(waiting -> STUCK.contains(text(waiting.getReason())))
                .map(waiting -> joined(
                        "its image " + status.getImage(), text(waiting.getReason()), text(waiting.getMessage())));
    }

    private static String ended(PodStatus status) {
        String container = statuses(status)
                .filter(one -> one.getState().getTerminated() != null)
                .map(one -> "container " + one.getName() + " ended with exit code "
                        + one.getState().getTerminated().getExitCode())
                .findFirst()
                .orElse("it ended");
        return joined(container, text(status.getReason()), text(status.getMessage()));
    }

    private static String unplaced(PodStatus status) {
        return status.getConditions().stream()
                .filter(one -> one.getType().equals("PodScheduled") && "False".equals(one.getStatus()))
                .map(one -> joined(text(one.getReason()), text(one.getMessage())))
                .findFirst()
                .orElse("its node is getting its image or has not begun with it");
    }

    private static String joined(String... parts) {
        return String.join(
                ": ", Stream.of(parts).filter(part -> !part.isEmpty()).toList());
    }

    private static String text(@Nullable String said) {
        return said == null ? "" : said;
    }
}
