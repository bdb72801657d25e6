package dev.sandjar.kubernetes.pod;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a pod's status says of its sandbox.
 *
 * @param phase in our words
 * @param reason why it is dead; empty when it is not
 */
public record PodState(Phase phase, String reason) {
    private static final Set<String> STARTING = Set.of("ContainerCreating", "PodInitializing", "");

    /** What becomes of a sandbox. */
    public enum Phase {
        /** Its agent does not run yet. */
        MAKING,
        /** Its agent runs. */
        RUNNING,
        /** Its agent runs no more, or its pod is being removed. */
        DEAD,
        /** It is being removed and no process of it is left; the API server will forget it soon. */
        GONE
    }

    /** Judges a pod. */
    public static PodState of(Pod pod) {
        if (isBeingDeleted(pod)) {
            return mayRun(pod)
                    ? new PodState(Phase.DEAD, "its pod is being deleted" + whyDeleted(pod))
                    : new PodState(Phase.GONE, "its pod was deleted");
        }
        String phase = text(pod.getStatus() == null ? null : pod.getStatus().getPhase());
        if (phase.equals("Failed") || phase.equals("Succeeded")) {
            return new PodState(Phase.DEAD, whyDead(pod));
        }
        Optional<ContainerStatus> sandbox = sandbox(pod);
        if (sandbox.isPresent() && sandbox.get().getState().getTerminated() != null) {
            return new PodState(Phase.DEAD, whyDead(pod));
        }
        boolean running = sandbox.isPresent() && sandbox.get().getState().getRunning() != null;
        return new PodState(running ? Phase.RUNNING : Phase.MAKING, "");
    }

    /** Whether somebody has deleted it, though it is there still. */
    public static boolean isBeingDeleted(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    /** Whether a process of the sandbox may be there now. The status lags behind: with an address, one may run that it does not tell of yet. */
    public static boolean mayRun(Pod pod) {
        Optional<ContainerStatus> sandbox = sandbox(pod);
        boolean ended = sandbox.isPresent() && sandbox.get().getState().getTerminated() != null;
        boolean stuck = sandbox.flatMap(PodState::waiting)
                .filter(reason -> !STARTING.contains(reason))
                .isPresent();
        return !ended && !stuck && address(pod).isPresent();
    }

    /** Where its agent listens, once it has an address. */
    public static Optional<String> address(Pod pod) {
        return Optional.ofNullable(pod.getStatus())
                .flatMap(status -> Optional.ofNullable(status.getPodIP()))
                .filter(ip -> !ip.isBlank());
    }

    static Stream<ContainerStatus> statuses(Pod pod) {
        if (pod.getStatus() == null) {
            return Stream.of();
        }
        return Stream.of(
                        pod.getStatus().getInitContainerStatuses(),
                        pod.getStatus().getContainerStatuses())
                .flatMap(List::stream)
                .filter(one -> one.getState() != null);
    }

    static Optional<String> waiting(ContainerStatus status) {
        return Optional.ofNullable(status.getState().getWaiting()).map(state -> text(state.getReason()));
    }

    static String text(@org.jspecify.annotations.Nullable String said) {
        return said == null ? "" : said;
    }

    private static Optional<ContainerStatus> sandbox(Pod pod) {
        return statuses(pod)
                .filter(one -> SandboxPod.CONTAINER.equals(one.getName()))
                .findFirst();
    }

    /** Newer clusters tell, such as of a node that does not answer. */
    private static String whyDeleted(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(one -> one.getType().equals("DisruptionTarget") && "True".equals(one.getStatus()))
                .map(one -> (": " + text(one.getReason()) + " " + text(one.getMessage())).strip())
                .findFirst()
                .orElse("");
    }

    private static String whyDead(Pod pod) {
        String reason = text(pod.getStatus().getReason());
        String message = text(pod.getStatus().getMessage());
        Optional<ContainerStateTerminated> ended =
                sandbox(pod).map(one -> one.getState().getTerminated());
        String how = ended.map(state -> text(state.getReason())).orElse("");
        return switch (reason) {
            case "DeadlineExceeded" -> "its pod reached the longest life that one may have here";
            case "Evicted" -> "its node evicted it: " + message;
            case "NodeLost" -> "its node does not answer";
            case "Shutdown", "NodeShutdown", "Terminated" -> "its node was shut down";
            case "" ->
                how.equals("OOMKilled")
                        ? "its agent is gone, after the sandbox ran out of memory"
                        : "its agent is gone: its lease ended, or it was killed"
                                + ended.map(state -> " (exit code " + state.getExitCode() + ")")
                                        .orElse("");
            default -> reason + (message.isEmpty() ? "" : ": " + message);
        };
    }
}
