package dev.sandjar.compat.orbiter;

import org.jspecify.annotations.Nullable;

/** A tool was called and failed, or refused its arguments. The sandbox is as usable as before. */
public final class ToolException extends SandboxError {
    /**
     * A failure that is known by itself.
     *
     * @param message for whoever called the tool, which may be a model
     */
    public ToolException(String message) {
        this(message, null);
    }

    /**
     * A failure with what led to it.
     *
     * @param message for whoever called the tool, which may be a model
     * @param cause for the log
     */
    public ToolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
