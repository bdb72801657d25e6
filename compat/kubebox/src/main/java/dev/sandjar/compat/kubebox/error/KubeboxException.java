package dev.sandjar.compat.kubebox.error;

import org.jspecify.annotations.Nullable;

/** Something about a sandbox, its pod or its service failed; the root of all that this SDK throws but {@link InterruptedException}. */
public class KubeboxException extends RuntimeException {
    /** A sentence. */
    private final String remedy;

    /**
     * Made where the cause is known.
     *
     * @param message what happened, to what, and why
     * @param remedy what to do next, as a sentence
     * @param cause null when the message says it all
     */
    public KubeboxException(String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /**
     * Refuses an argument.
     *
     * @param what its name
     * @param value what was given; no secret
     * @param allowed what would do
     * @return to be thrown
     */
    public static KubeboxException invalid(String what, Object value, String allowed) {
        return new KubeboxException(what + " is " + value + ", allowed: " + allowed, "give one that is allowed", null);
    }

    /**
     * What to do next.
     *
     * @return a sentence
     */
    public final String remedy() {
        return remedy;
    }
}
