package dev.sandjar.kubernetes.pod;

import dev.sandjar.SandboxId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;

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

    /** Annotation of a secret: the process that made the sandbox ahead and may hand it out. */
    public static final String HELD = "sandjar.dev/held-by";

    private static final String PREFIX = "sandjar-";

    private Marks() {}

    /** What a sandbox's pod and its secret are called. */
    public static String name(SandboxId id) {
        return PREFIX + id;
    }

    /** The labels of all that belongs to a sandbox. */
    public static Map<String, String> labels(SandboxId id) {
        return Map.of(SANDBOX, id.toString(), "app.kubernetes.io/managed-by", "sandjar");
    }

    /** Whose it is; empty for what only wears our label. */
    public static Optional<SandboxId> sandbox(HasMetadata object) {
        String said = object.getMetadata().getLabels().getOrDefault(SANDBOX, "");
        return SandboxId.parse(said)
                .filter(id -> name(id).equals(object.getMetadata().getName()));
    }
}
