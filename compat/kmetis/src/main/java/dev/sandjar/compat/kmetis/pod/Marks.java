package dev.sandjar.compat.kmetis.pod;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;

/** How a pod is known to be a sandbox. */
public final class Marks {
    /** The label of all, with {@link #SANDBOXES}. */
    public static final String APP = "app";

    /** The value of {@link #APP}. */
    public static final String SANDBOXES = "k8s-sandbox";

    private static final String ID = "sandbox-id";
    private static final String HOST_KEY = "sandjar.dev/ssh-host-key";

    private Marks() {}

    static Map<String, String> labels(PodPlan plan) {
        return Map.of(APP, SANDBOXES, ID, plan.id());
    }

    static Map<String, String> annotations(PodPlan plan) {
        return plan.hostKey().isEmpty() ? Map.of() : Map.of(HOST_KEY, plan.hostKey());
    }

    /**
     * Whether a pod is a sandbox; one that is being deleted is not any more.
     *
     * @param pod any
     * @return true for ours
     */
    public static boolean isSandbox(Pod pod) {
        return SANDBOXES.equals(pod.getMetadata().getLabels().get(APP))
                && pod.getMetadata().getDeletionTimestamp() == null;
    }

    /**
     * The key that its sshd must show.
     *
     * @param pod a sandbox's
     * @return one line as in {@code known_hosts}, without a name; empty where the image makes its own
     */
    public static Optional<String> hostKey(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations().get(HOST_KEY));
    }
}
