package dev.sandjar.compat.sessions;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No connection came into being, or it was lost, or nothing came through it for too long, or the waiting thread was interrupted (its interrupt status
 * is set again then). Unless the message says that nothing was sent, it is not known whether the server did what was asked.
 */
public final class SandboxConnectionException extends SandboxApiException {
    SandboxConnectionException(String message, @Nullable Throwable cause) {
        super(message, null, Map.of(), 0, cause);
    }

    /** For the thread that waited; its interrupt status is set again. */
    static SandboxConnectionException interrupted(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new SandboxConnectionException("interrupted while waiting for " + what, cause);
    }
}
