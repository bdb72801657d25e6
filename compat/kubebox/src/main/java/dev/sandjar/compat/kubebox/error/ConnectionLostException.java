package dev.sandjar.compat.kubebox.error;

import org.jspecify.annotations.Nullable;

/** There is no connection to the sandbox's server, or it was lost; its message says whether something may have been done. */
public final class ConnectionLostException extends KubeboxException {
    /**
     * Made where the cause is known.
     *
     * @param message what happened, to what, and why
     * @param remedy what to do next, as a sentence
     * @param cause null when the message says it all
     */
    public ConnectionLostException(String message, String remedy, @Nullable Throwable cause) {
        super(message, remedy, cause);
    }
}
