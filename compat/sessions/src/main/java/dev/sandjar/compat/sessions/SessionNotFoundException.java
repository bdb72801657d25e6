package dev.sandjar.compat.sessions;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** 404: there is no such session (any more), or not what was asked for in it; {@link #errorCode} tells which, where the server does. */
public final class SessionNotFoundException extends SandboxApiException {
    SessionNotFoundException(String message, @Nullable String errorCode, Map<String, Object> details, int statusCode) {
        super(message, errorCode, details, statusCode);
    }
}
