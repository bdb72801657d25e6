package dev.sandjar.compat.kmetis.error;

import org.jspecify.annotations.Nullable;

/** A sandbox could not be made; nothing of it is left. */
public final class SandboxCreationException extends SandboxException {
    /**
     * Made where the cause is known.
     *
     * @param message what happened, to what, and why
     * @param remedy what to do next, as a sentence
     * @param cause null when the message says it all
     */
    public SandboxCreationException(String message, String remedy, @Nullable Throwable cause) {
        super(message, remedy, cause);
    }
}
