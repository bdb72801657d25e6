package dev.sandjar.kubernetes.pod;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.sandjar.SandboxId;
import dev.sandjar.runtime.SandboxKey;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox's secret: its agent's key, and the engine's notes. Made before the pod and removed before it: a pod that a crash leaves is found by
 * it, or has none and is nobody's. The notes are here and not on the pod: they may hold a user's environment, they may be larger than all of a pod's annotations
 * together, and a pod that changes is looked at anew by its kubelet.
 */
public final class SandboxSecret {
    /** The key, in hexadecimal digits. */
    public static final String KEY = "key";

    /** The holder of what was taken from its own. */
    public static final String NOBODY = "nobody";

    private static final Duration LONGEST_START = Duration.ofDays(1);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1); // between servers
    static final String RECORD = "record";
    private static final String HELD_PATH = "/metadata/annotations/" + Marks.HELD.replace("/", "~1");
    private static final String STOPPED_PATH = "/metadata/annotations/" + Marks.STOPPED.replace("/", "~1");
    private static final String MAKING_PATH = "/metadata/annotations/" + Marks.MAKING.replace("/", "~1");

    private SandboxSecret() {}

    /**
     * A new one.
     *
     * @param making how long its creator may take
     */
    public static Secret of(SandboxId id, SandboxKey key, String record, Duration making) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(Marks.name(id))
                .withLabels(Marks.labels(id))
                .withAnnotations(Map.of(Marks.MAKING, Long.toString(making.toSeconds() + 1)))
                .endMetadata()
                .withType("sandjar.dev/sandbox")
                .addToData(KEY, encoded(HexFormat.of().formatHex(key.bytes())))
                .addToData(RECORD, encoded(record))
                .build();
    }

    /** The same, made ahead by somebody who may hand it out. */
    public static Secret heldBy(Secret secret, String epoch) {
        return new SecretBuilder(secret)
                .editMetadata()
                .addToAnnotations(Marks.HELD, epoch)
                .endMetadata()
                .build();
    }

    /** The same, of a sandbox whose pod is called otherwise than it. */
    public static Secret naming(Secret secret, String pod) {
        return new SecretBuilder(secret)
                .editMetadata()
                .addToAnnotations(Marks.POD, pod)
                .endMetadata()
                .build();
    }

    /** Who may hand it out; empty when it has its owner. */
    public static Optional<String> holder(Secret secret) {
        return Optional.ofNullable(secret.getMetadata().getAnnotations().get(Marks.HELD));
    }

    /** A JSON patch that gives it to its owner, finished as it is, and fails when somebody else has taken it from its holder. */
    public static String claiming(String epoch, String record) {
        return """
                [{"op":"test","path":"%1$s","value":%2$s},
                 {"op":"remove","path":"%1$s"},
                 {"op":"remove","path":"%4$s"},
                 {"op":"replace","path":"/data/record","value":"%3$s"}]""".formatted(HELD_PATH, quoted(epoch), encoded(record), MAKING_PATH);
    }

    /** A JSON patch that takes it from its holder, and fails when it was given to its owner before. */
    public static String taking(String epoch) {
        return """
                [{"op":"test","path":"%1$s","value":%2$s},
                 {"op":"replace","path":"%1$s","value":"%3$s"}]""".formatted(HELD_PATH, quoted(epoch), NOBODY);
    }

    /** A patch that says that its sandbox is finished. */
    public static Secret finished() {
        return marking(Marks.MAKING, false);
    }

    /** Whether its sandbox may never have been finished. */
    public static boolean making(Secret secret) {
        return secret.getMetadata().getAnnotations().containsKey(Marks.MAKING);
    }

    /** A patch that replaces the notes. */
    public static Secret recording(String record) {
        return new SecretBuilder().addToData(RECORD, encoded(record)).build();
    }

    /** The key; empty when somebody damaged it. */
    public static Optional<SandboxKey> key(Secret secret) {
        try {
            return Optional.of(SandboxKey.of(HexFormat.of().parseHex(decoded(secret, KEY))));
        } catch (IllegalArgumentException | dev.sandjar.SandboxException damaged) {
            return Optional.empty();
        }
    }

    /** The engine's notes. */
    public static String record(Secret secret) {
        return decoded(secret, RECORD);
    }

    /** Who owns a sandbox's volume claim: when its secret goes, the cluster removes it. */
    static OwnerReference ownership(Secret secret) {
        return new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Secret")
                .withName(secret.getMetadata().getName())
                .withUid(secret.getMetadata().getUid())
                .build();
    }

    /** A patch that writes something down about its sandbox, or takes that back. */
    public static Secret marking(String annotation, boolean present) {
        var annotations = new HashMap<String, @Nullable String>();
        annotations.put(annotation, present ? "true" : null);
        return new SecretBuilder()
                .withNewMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .build();
    }

    /** A JSON patch that says that we start it, and fails when somebody else was faster. */
    public static String starting(Secret secret, Duration longest) {
        return """
                [{"op":"test","path":"%1$s","value":%2$s},
                 {"op":"replace","path":"%1$s","value":"%3$s"}]""".formatted(
                        STOPPED_PATH,
                        quoted(secret.getMetadata().getAnnotations().getOrDefault(Marks.STOPPED, "")),
                        Instant.now().plus(longest));
    }

    /** Until when somebody may be starting it; empty when nobody is. */
    public static Optional<Instant> startingUntil(Secret secret) {
        try {
            return Optional.of(
                            Instant.parse(secret.getMetadata().getAnnotations().getOrDefault(Marks.STOPPED, "")))
                    .filter(Instant.now().plus(LONGEST_START)::isAfter); // nobody of ours wrote a later one
        } catch (DateTimeParseException nobody) {
            return Optional.empty();
        }
    }

    /** Whether somebody may be starting it. */
    public static boolean beingStarted(Secret secret) {
        return startingUntil(secret)
                .filter(Instant.now().minus(CLOCK_SKEW)::isBefore)
                .isPresent();
    }

    /** Whether its sandbox was stopped, and does not run again yet. */
    public static boolean stopped(Secret secret) {
        return secret.getMetadata().getAnnotations().containsKey(Marks.STOPPED);
    }

    /** Whether its sandbox was frozen. */
    public static boolean frozen(Secret secret) {
        return secret.getMetadata().getAnnotations().containsKey(Marks.FROZEN);
    }

    /** How long somebody may be making the sandbox. */
    public static Duration makingLimit(Secret secret) {
        String seconds = secret.getMetadata().getAnnotations().getOrDefault(Marks.MAKING, "0");
        return Duration.ofSeconds(seconds.matches("[0-9]{1,6}") ? Long.parseLong(seconds) : 0);
    }

    /** Until when somebody may still be making the sandbox, by the cluster's clock. */
    public static Instant makingUntil(Secret secret) {
        return Instant.parse(secret.getMetadata().getCreationTimestamp()).plus(makingLimit(secret));
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(Secret secret, String name) {
        return new String(Base64.getDecoder().decode(secret.getData().getOrDefault(name, "")), StandardCharsets.UTF_8);
    }
}
