package dev.sandjar.kubernetes.pod;

import dev.sandjar.SandboxId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names, labels and annotations: how what is ours is known in a namespace. */
public final class Marks {
    /** What all of ours begin with. */
    static final String DOMAIN = "sandjar.dev/";
    /** Label: the sandbox's id. */
    public static final String SANDBOX = "sandjar.dev/sandbox";
    /** Label of a pod: what it may reach, {@code none} or {@code outbound}. */
    public static final String NETWORK = "sandjar.dev/network";
    /** Annotation of a pod: the UID of its sandbox's secret. */
    public static final String SECRET = "sandjar.dev/secret";
    /** Annotation of a secret: its sandbox is frozen. */
    public static final String FROZEN = "sandjar.dev/frozen";
    /** Annotation of a secret: its sandbox is stopped, {@code true}, or until when somebody may be starting it. */
    public static final String STOPPED = "sandjar.dev/stopped";
    /** Annotation of a secret: for so many seconds from its creation on somebody may still be making the sandbox. */
    public static final String MAKING = "sandjar.dev/making-seconds";

    /** Annotation of a secret and its pod: what the pod is called, where that was wished. */
    public static final String POD = "sandjar.dev/pod";

    /** Annotation of a secret: the process that made the sandbox ahead and may hand it out. */
    public static final String HELD = "sandjar.dev/held-by";

    /** What a pod may be called. */
    public static final Pattern POD_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private static final String PREFIX = "sandjar-";

    private Marks() {}

    /** What a sandbox's secret is called; its pod too, unless its secret says otherwise. */
    public static String name(SandboxId id) {
        return PREFIX + id;
    }

    /** The labels of all that belongs to a sandbox. */
    public static Map<String, String> labels(SandboxId id) {
        return Map.of(SANDBOX, id.toString(), "app.kubernetes.io/managed-by", "sandjar");
    }

    /** Whose secret it is; empty for what only wears our label. */
    public static Optional<SandboxId> sandbox(Secret secret) {
        return said(secret).filter(id -> name(id).equals(secret.getMetadata().getName()));
    }

    /** Whose pod it is; empty for what only wears our label, and for a copy under another name. */
    public static Optional<SandboxId> sandbox(Pod pod) {
        return said(pod).filter(id -> podName(pod, id).equals(pod.getMetadata().getName()));
    }

    /** What the pod of a sandbox is called, by its secret or by itself. */
    private static String podName(HasMetadata object, SandboxId id) {
        return Optional.ofNullable(object.getMetadata().getAnnotations().get(POD))
                .filter(name -> POD_NAME.matcher(name).matches())
                .orElseGet(() -> name(id));
    }

    /** What the pod of a sandbox is called, as its secret says. */
    public static String podName(Secret secret) {
        return sandbox(secret)
                .map(id -> podName(secret, id))
                .orElseGet(() -> secret.getMetadata().getName());
    }

    private static Optional<SandboxId> said(HasMetadata object) {
        return SandboxId.parse(object.getMetadata().getLabels().getOrDefault(SANDBOX, ""));
    }
}
