package dev.sandjar.kubernetes.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;

/**
 * What a sandbox is, by what its secret and its pod say. Where the two come from watches they may be of different moments, so whoever acts on a verdict
 * that cannot be taken back has both read anew before.
 *
 * @param kind in our words
 * @param reason why it is dead; empty when it is not
 */
public record Verdict(Kind kind, String reason) {
    /** What becomes of a sandbox. */
    public enum Kind {
        /** Somebody is making it, or was killed while doing so. */
        UNFINISHED,
        /** It was complete once, and nothing says that it is no more. */
        RUNNING,
        /** The same, and its processes stand still. */
        FROZEN,
        /** It has no pod, or one that goes or comes; its workspace is kept. */
        STOPPED,
        /** It will never run again. */
        DEAD
    }

    /**
     * Judges a sandbox.
     *
     * @param pod empty when there is none
     * @param heard whether its agent was heard, or heard of: then it was complete, though its secret may not say so yet
     */
    public static Verdict of(Secret secret, Optional<Pod> pod, boolean heard) {
        if (SandboxSecret.stopped(secret)) {
            return new Verdict(Kind.STOPPED, "");
        }
        boolean finished = heard || !SandboxSecret.making(secret);
        if (pod.isEmpty()) {
            return finished
                    ? new Verdict(Kind.DEAD, "its pod was deleted by somebody else")
                    : new Verdict(Kind.UNFINISHED, "");
        }
        PodState state = PodState.of(pod.get());
        return switch (state.phase()) {
            case MAKING -> finished ? alive(secret) : new Verdict(Kind.UNFINISHED, "");
            case RUNNING -> alive(secret);
            case DEAD, GONE -> new Verdict(Kind.DEAD, state.reason());
        };
    }

    private static Verdict alive(Secret secret) {
        return new Verdict(SandboxSecret.frozen(secret) ? Kind.FROZEN : Kind.RUNNING, "");
    }
}
