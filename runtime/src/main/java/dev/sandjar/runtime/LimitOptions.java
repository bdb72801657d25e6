package dev.sandjar.runtime;

import dev.sandjar.SandboxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long work may take, as options of a place: {@code limits.pull=45m}. Where an option is not given, the environment's
 * {@code SANDJAR_LIMITS_PULL} counts.
 */
public final class LimitOptions {
    private static final Pattern LENGTH = Pattern.compile("([0-9]{1,12})(ms|s|m|h)?", Pattern.CASE_INSENSITIVE);

    private static final Duration LONGEST = Duration.ofDays(365);

    private LimitOptions() {}

    /**
     * The option's name.
     *
     * @param limit the limit's name, as a {@link Deadline} has it
     * @return such as {@code limits.pull}
     */
    public static String name(String limit) {
        return "limits." + limit;
    }

    /**
     * A limit's value.
     *
     * @param limit the limit's name
     * @param otherwise when neither says anything
     * @param options of the place
     * @param environment of the process
     * @return more than zero
     */
    public static Duration read(
            String limit, Duration otherwise, Map<String, String> options, Map<String, String> environment) {
        String given = options.getOrDefault(
                name(limit), environment.getOrDefault("SANDJAR_LIMITS_" + limit.toUpperCase(Locale.ROOT), ""));
        return given.isBlank() ? otherwise : parse(limit, given.strip());
    }

    /**
     * As {@link #read} takes it.
     *
     * @param length a limit's value
     * @return in milliseconds
     */
    public static String text(Duration length) {
        return length.toMillis() + "ms";
    }

    private static Duration parse(String limit, String text) {
        Matcher parts = LENGTH.matcher(text);
        Duration length = parts.matches() ? length(Long.parseLong(parts.group(1)), parts.group(2)) : Duration.ZERO;
        if (length.isZero() || length.compareTo(LONGEST) > 0) {
            throw SandboxException.invalid(
                    name(limit), '"' + text + '"', "1ms to 365 days, such as 500ms, 90s, 5m or 1h");
        }
        return length;
    }

    private static Duration length(long count, @Nullable String unit) {
        return switch (unit == null ? "s" : unit.toLowerCase(Locale.ROOT)) {
            case "ms" -> Duration.ofMillis(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofSeconds(count);
        };
    }
}
