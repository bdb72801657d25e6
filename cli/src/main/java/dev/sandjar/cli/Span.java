package dev.sandjar.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A length of time, as people write it: {@code 90}, {@code 90s}, {@code 15m}, {@code 8h}.
 *
 * @param duration 0 or more
 */
record Span(Duration duration) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*([smh]?)");

    /** With the largest unit that it is a multiple of; a minute is 60 seconds. */
    @Override
    public String toString() {
        long seconds = duration.toSeconds();
        if (seconds > 60 && seconds % 60 == 0) {
            return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
        }
        return seconds + "s";
    }

    /** Reads one from the command line. */
    static final class Converter implements ITypeConverter<Span> {
        @Override
        public Span convert(String text) {
            Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new TypeConversionException("time is \"" + text + "\", allowed: a number and s, m or h");
            }
            long value = Long.parseLong(matcher.group(1));
            return new Span(
                    switch (matcher.group(2)) {
                        case "m" -> Duration.ofMinutes(value);
                        case "h" -> Duration.ofHours(value);
                        default -> Duration.ofSeconds(value);
                    });
        }
    }
}
