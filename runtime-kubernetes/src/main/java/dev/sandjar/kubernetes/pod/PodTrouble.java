package dev.sandjar.kubernetes.pod;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Why a pod does not become a sandbox, in words that somebody can act on. */
public final class PodTrouble {
    private static final int LONGEST = 400;
    private static final String KUBELET_BUSY = "failed to sync"; // it has not seen the secret yet, and tries again
    private static final Pattern NOT_THERE = Pattern.compile(
            "not found|manifest unknown|does not exist|no such|unauthorized|denied|forbidden|authorization failed|invalid reference|invalidimagename"
                    + "|couldn't parse image|unsupported manifest|no match for platform");

    private PodTrouble() {}

    /** What waiting longer will not mend; empty while there is hope. */
    public static Optional<SandboxException> hopeless(Pod pod) {
        Optional<SandboxException> stuck =
                PodState.statuses(pod).flatMap(one -> stuck(one).stream()).findFirst();
        if (stuck.isPresent()) {
            return stuck;
        }
        PodState state = PodState.of(pod);
        return switch (state.phase()) {
            case MAKING, RUNNING -> Optional.empty();
            case DEAD, GONE -> Optional.of(ended(pod, state));
        };
    }

    /** Why no node takes the pod; empty when one did, or nobody has looked yet. */
    public static Optional<SandboxException> unschedulable(Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getConditions().stream()
                .filter(one -> one.getType().equals("PodScheduled") && "Unschedulable".equals(one.getReason()))
                .findFirst()
                .map(one -> shortened(PodState.text(one.getMessage())))
                .map(said -> new SandboxException(
                        ErrorCode.NO_CAPACITY,
                        "no node of the cluster takes the sandbox: " + said,
                        said.contains("PersistentVolumeClaim")
                                ? "name a storage class that makes volumes (workspace-class), or leave workspace-size out"
                                : "try again later, ask for less, or add nodes",
                        null));
    }

    /** What the pod was waiting for when time was up, from its events, newest warning last. */
    public static String waitingFor(Pod pod, List<Event> events) {
        String said = events.stream()
                .filter(one -> "Warning".equals(one.getType()))
                .map(one -> PodState.text(one.getReason()) + ": " + PodState.text(one.getMessage()))
                .reduce((_, last) -> last)
                .orElseGet(() -> PodState.statuses(pod)
                        .flatMap(one -> PodState.waiting(one).stream())
                        .findFirst()
                        .orElse("no node has begun with it"));
        return "starting the sandbox's pod (" + shortened(said) + ")";
    }

    private static Optional<SandboxException> stuck(ContainerStatus status) {
        String reason = PodState.waiting(status).orElse("");
        String message = reason.isEmpty()
                ? ""
                : PodState.text(status.getState().getWaiting().getMessage());
        return switch (reason) {
            case "ErrImagePull",
                    "ImagePullBackOff",
                    "InvalidImageName",
                    "ErrImageNeverPull",
                    "ImageInspectError",
                    "RegistryUnavailable" -> Optional.of(imageTrouble(status.getImage(), reason, message));
            case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff" ->
                message.contains(KUBELET_BUSY)
                        ? Optional.empty()
                        : Optional.of(
                                failed("its container could not be started: " + reason + ": " + shortened(message)));
            default -> Optional.empty();
        };
    }

    private static SandboxException imageTrouble(String image, String reason, String message) {
        String said = (reason + " " + message).toLowerCase(Locale.ROOT);
        boolean missing = reason.equals("InvalidImageName") || reason.equals("ErrImageNeverPull");
        if (missing || NOT_THERE.matcher(said).find()) {
            return new SandboxException(
                    ErrorCode.IMAGE_NOT_FOUND,
                    "image " + image + " cannot be had by the cluster: " + shortened(message),
                    "check its name; a private one needs a pull secret",
                    null);
        }
        return new SandboxException(
                ErrorCode.REGISTRY_UNAVAILABLE,
                "the registry of image " + image + " cannot be used by the cluster: " + shortened(message),
                "try again later, or use an image that is on the nodes",
                null);
    }

    private static SandboxException ended(Pod pod, PodState state) {
        String phase =
                PodState.text(pod.getStatus() == null ? null : pod.getStatus().getReason());
        if (phase.startsWith("OutOf") || phase.equals("Evicted") || phase.equals("UnexpectedAdmissionError")) {
            return new SandboxException(
                    ErrorCode.NO_CAPACITY,
                    "the sandbox's node has no room for it: " + shortened(state.reason()),
                    "try again later, or ask for less",
                    null);
        }
        String how = PodState.statuses(pod)
                .filter(one -> one.getState().getTerminated() != null)
                .map(one -> one.getState().getTerminated())
                .filter(one -> one.getExitCode() != null && one.getExitCode() != 0)
                .map(one -> PodState.text(one.getReason()) + " " + PodState.text(one.getMessage()))
                .findFirst()
                .orElse("");
        return failed(state.reason() + (how.isBlank() ? "" : ": " + shortened(how.strip())));
    }

    private static SandboxException failed(String why) {
        return new SandboxException(
                ErrorCode.START_FAILED,
                "the sandbox did not start: " + why,
                "check that the image is made for this processor, then see the pod's events",
                null);
    }

    private static String shortened(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", " ").strip();
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "..." : clean;
    }
}
