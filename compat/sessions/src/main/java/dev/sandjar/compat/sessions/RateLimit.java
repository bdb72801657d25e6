package dev.sandjar.compat.sessions;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the head of an answer with status 429 tells.
 *
 * @param limit requests at a time; 0 when not told
 * @param remaining requests left; 0 when not told
 * @param reset when there are more, in seconds since 1970; 0 when not told
 * @param retryAfter the answer's own wish; null when not told
 */
record RateLimit(
        long limit, long remaining, long reset, @Nullable Instant retryAfter) implements Serializable {
    /**
     * Takes the figures from headers. What is no number counts as not told.
     *
     * @param header a header by its name; null when there is none
     */
    static RateLimit of(Function<String, @Nullable String> header, Instant now) {
        return new RateLimit(
                number(header.apply("X-RateLimit-Limit")),
                number(header.apply("X-RateLimit-Remaining")),
                number(header.apply("X-RateLimit-Reset")),
                retryAfter(header.apply("Retry-After"), now));
    }

    /** The answer's own wish goes before the end of the period: some servers let single requests pass earlier. */
    Optional<Instant> retryAt() {
        if (retryAfter != null) {
            return Optional.of(retryAfter);
        }
        return reset == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(reset));
    }

    private static long number(@Nullable String text) {
        return text != null && text.strip().matches("[0-9]{1,15}") ? Long.parseLong(text.strip()) : 0;
    }

    private static @Nullable Instant retryAfter(@Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        if (text.strip().matches("[0-9]{1,9}")) {
            return now.plusSeconds(Long.parseLong(text.strip()));
        }
        try {
            return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException neitherSecondsNorDate) {
            return null;
        }
    }
}
