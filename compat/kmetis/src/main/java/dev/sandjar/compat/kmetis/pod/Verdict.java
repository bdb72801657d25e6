package dev.sandjar.compat.kmetis.pod;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a new pod's status means. */
public sealed interface Verdict {
    /**
     * Not there yet.
     *
     * @param what what it waits for, in words
     */
    record Waiting(String what) implements Verdict {}

    /**
     * It has an address; whether anybody answers there is another question.
     *
     * @param ip of the pod
     */
    record Placed(String ip) implements Verdict {}

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
     * @param pod as last seen
     * @return what to do with it
     */
    static Verdict of(Pod pod) {
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return new Hopeless("somebody deleted it");
        }
        PodStatus status = pod.getStatus();
        if (status == null) {
            return new Waiting("no node has been looked for");
        }
        Optional<String> stuck =
                statuses(status).map(Verdict::stuck).flatMap(Optional::stream).findFirst();
        if (stuck.isPresent()) {
            return new Hopeless(stuck.get());
        }
        return switch (text(status.getPhase())) {
            case "Failed", "Succeeded" -> new Hopeless(ended(status));
            case "Unknown" -> new Hopeless("its node does not answer");
            default ->
                text(status.getPodIP()).isEmpty() ? new Waiting(waitingFor(status)) : new Placed(status.getPodIP());
        };
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
                .map(waiting -> "container " + status.getName() + " of image " + status.getImage() + ": "
                        + waiting.getReason() + ": " + text(waiting.getMessage()));
    }

    private static String ended(PodStatus status) {
        String container = statuses(status)
                .filter(one -> one.getState().getTerminated() != null)
                .filter(one -> !Objects.equals(one.getState().getTerminated().getExitCode(), 0)
                        || one.getName().equals(SandboxPod.CONTAINER))
                .map(one -> "container " + one.getName() + " ended with exit code "
                        + one.getState().getTerminated().getExitCode())
                .findFirst()
                .orElse("it ended");
        return Stream.of(container, text(status.getReason()), text(status.getMessage()))
                .filter(part -> !part.isEmpty())
                .reduce((one, other) -> one + ": " + other)
                .orElse(container);
    }

    private static String waitingFor(PodStatus status) {
        return status.getConditions().stream()
                .filter(one -> one.getType().equals("PodScheduled") && "False".equals(one.getStatus()))
                .map(one -> text(one.getReason()) + ": " + text(one.getMessage()))
                .findFirst()
                .orElse("its node has not begun with it");
    }

    private static String text(@Nullable String said) {
        return said == null ? "" : said;
    }
}
