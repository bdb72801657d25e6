package dev.sandjar.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** An error about a value in the words that it was typed in: the API's fields and numbers become options and units. */
final class AsTyped {
    private static final Pattern WRONG = Pattern.compile("(\\w+) is (.+), allowed: (.+)", Pattern.DOTALL);
    private static final Pattern RANGE = Pattern.compile("(\\d+) to (\\d+) (seconds|bytes)");
    private static final Map<String, String> OTHER_NAMES = Map.of("idleTimeout", "--idle", "cwd", "--workdir");

    private AsTyped() {}

    /** The same, as the user of this verb knows it; what is no such error, as it is. */
    static String sentence(String message, CommandSpec verb) {
        Matcher wrong = WRONG.matcher(message);
        if (!wrong.matches()) {
            return message;
        }
        String field = wrong.group(1);
        String option = OTHER_NAMES.getOrDefault(field, "--" + field);
        String name = verb.findOption(option) == null ? field : option;
        Matcher range = RANGE.matcher(wrong.group(3));
        if (!range.matches()) {
            return name + message.substring(field.length());
        }
        LongFunction<?> unit =
                range.group(3).equals("bytes") ? Size::new : seconds -> new Span(Duration.ofSeconds(seconds));
        return name + " is " + with(unit, wrong.group(2)) + ", allowed: " + with(unit, range.group(1)) + " to "
                + with(unit, range.group(2));
    }

    private static String with(LongFunction<?> unit, String number) {
        try {
            return String.valueOf(unit.apply(new BigDecimal(number).longValueExact()));
        } catch (ArithmeticException | NumberFormatException notWhole) {
            return number;
        }
    }
}
