package dev.sandjar.compat.sessions;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server, or the session's SSH server, did not do what was asked: any status that has no class of its own, or a limit that struck. */
public final class SandboxOperationException extends SandboxApiException {
    SandboxOperationException(String message, @Nullable String errorCode, Map<String, Object> details, int statusCode) {
        super(message, errorCode, details, statusCode);
    }

    SandboxOperationException(String message, @Nullable Throwable cause) {
        super(message, null, Map.of(), 0, cause);
    }
}
