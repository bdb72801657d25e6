package dev.sandjar.compat.orbiter;

import org.jspecify.annotations.Nullable;

/** A sandbox cannot do what it was asked to: the one error of this package. Its cause, if any, says more. */
public class SandboxError extends RuntimeException {
    /**
     * An error that is known by itself.
     *
     * @param message what happened, and what to do where that is known
     */
    public SandboxError(String message) {
        this(message, null);
    }

    /**
     * An error with what led to it.
     *
     * @param message what happened, and what to do where that is known
     * @param cause mostly a {@link dev.sandjar.SandboxException}, whose code programs may look at
     */
    public SandboxError(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
