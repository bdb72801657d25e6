package dev.sandjar.compat.sessions;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** 401: the token is missing, wrong, or has expired; or the session's SSH server accepted none of the keys and passwords. */
public final class UnauthorizedException extends SandboxApiException {
    UnauthorizedException(String message, @Nullable String errorCode, Map<String, Object> details, int statusCode) {
        super(message, errorCode, details, statusCode);
    }
}
