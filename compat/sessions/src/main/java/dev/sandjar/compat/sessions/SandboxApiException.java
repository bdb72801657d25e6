package dev.sandjar.compat.sessions;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Something that was asked of the server did not happen, or is not known to have happened. Its message is the server's own where it gave one. By
 * itself, without a more exact class, it is thrown for an answer that cannot be understood.
 */
public class SandboxApiException extends RuntimeException {
    private final @Nullable String errorCode;
    private final transient Map<String, Object> details;
    private final int statusCode;

    /**
     * For what the server has answered.
     *
     * @param errorCode the server's word for what is wrong, such as {@code INVALID_PARAMETER}; null when it gave none
     * @param details more about it, values as JSON has them; empty when it gave none
     * @param statusCode of the answer; 0 when there was none
     */
    public SandboxApiException(
            String message, @Nullable String errorCode, Map<String, Object> details, int statusCode) {
        this(message, errorCode, details, statusCode, null);
    }

    SandboxApiException(
            String message,
            @Nullable String errorCode,
            Map<String, Object> details,
            int statusCode,
            @Nullable Throwable cause) {
        super(message, cause);
        this.errorCode = errorCode;
        this.details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
        this.statusCode = statusCode;
    }

    /** The server's word for what is wrong; empty when it gave none. */
    public final Optional<String> errorCode() {
        return Optional.ofNullable(errorCode);
    }

    /** What the server said besides, values as JSON has them; empty when it said nothing. */
    @SuppressWarnings("NullAway") // null only where an exception was serialized
    public final Map<String, Object> details() {
        return details == null ? Map.of() : details;
    }

    /** The status of the answer; empty when there was none. */
    public final OptionalInt statusCode() {
        return statusCode == 0 ? OptionalInt.empty() : OptionalInt.of(statusCode);
    }
}
