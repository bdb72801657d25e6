package dev.sandjar.compat.sessions;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** 429: too many requests, and waiting as long as {@link Retries} allows did not help. The server has done nothing. */
public final class RateLimitException extends SandboxApiException {
    private final RateLimit rateLimit;

    RateLimitException(String message, @Nullable String errorCode, Map<String, Object> details, RateLimit rateLimit) {
        super(message, errorCode, details, 429);
        this.rateLimit = rateLimit;
    }

    /** {@code X-RateLimit-Limit}: how many requests are allowed at a time; 0 when the server did not say. */
    public long limit() {
        return rateLimit.limit();
    }

    /** {@code X-RateLimit-Remaining}: how many are left; 0 when the server did not say. */
    public long remaining() {
        return rateLimit.remaining();
    }

    /** {@code X-RateLimit-Reset}: when there are more, in seconds since 1970; 0 when the server did not say. */
    public long reset() {
        return rateLimit.reset();
    }

    /** From when on another try is worth its while, as far as the server has told. */
    Optional<Instant> retryAt() {
        return rateLimit.retryAt();
    }
}
