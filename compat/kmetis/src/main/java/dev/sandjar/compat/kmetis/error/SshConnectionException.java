package dev.sandjar.compat.kmetis.error;

import org.jspecify.annotations.Nullable;

/** No SSH connection could be opened, so nothing of what was asked has begun: it may be asked again. */
public final class SshConnectionException extends SandboxException {
    /**
     * Made where the cause is known.
     *
     * @param message what happened, to what, and why
     * @param remedy what to do next, as a sentence
     * @param cause null when the message says it all
     */
    public SshConnectionException(String message, String remedy, @Nullable Throwable cause) {
        super(message, remedy, cause);
    }
}
