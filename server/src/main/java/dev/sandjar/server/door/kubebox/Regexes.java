package dev.sandjar.server.door.kubebox;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Patterns of a client, of which any may be found anywhere in a path, as Python's {@code re.search} does. Read by RE2, whose time is bounded by pattern and text: Java's
 * own can be made to take for ever, without a step at which it could be stopped. Back references and look-arounds, which only such matchers have, are refused.
 */
final class Regexes {
    private static final int MOST = 100;
    private static final int LONGEST = 1_000; // characters
    private static final long LARGEST = 10_000; // all together, as programs; a step is some 50 bytes
    private static final long MOST_STEPS = 1_000_000_000; // some ten seconds of one processor at worst

    private static final java.util.regex.Pattern COUNT = java.util.regex.Pattern.compile("\\{(\\d+)(?:,(\\d*))?}");

    /** What Python knows nothing of, and {@link #size} neither. */
    private static final java.util.regex.Pattern QUOTED =
            java.util.regex.Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\\\[QE]");

    private final List<Pattern> patterns;
    private final long size;
    private long steps; // at most, so far

    private Regexes(List<Pattern> patterns, long size) {
        this.patterns = patterns;
        this.size = size;
    }

    /** @throws Refusal when one is malformed, or there are too many */
    static Regexes of(Fields fields, List<String> texts) {
        boolean fits = texts.size() <= MOST && texts.stream().allMatch(text -> text.length() <= LONGEST);
        if (!fits) {
            fields.refuse(
                    "too_long",
                    "regexes",
                    "Input should be at most " + MOST + " patterns of " + LONGEST + " characters");
        }
        long size = texts.stream().mapToLong(Regexes::size).sum();
        if (size > LARGEST) {
            fields.refuse(
                    "value_error",
                    "regexes",
                    "Input should be valid regular expressions of at most " + LARGEST
                            + " characters with all their repetitions");
        }
        fields.check();
        try {
            return new Regexes(texts.stream().map(Regexes::pattern).toList(), size);
        } catch (PatternSyntaxException | StackOverflowError e) {
            fields.refuse(
                    "value_error",
                    "regexes",
                    "Input should be valid regular expressions, without look-arounds and back references");
            fields.check();
            throw new IllegalStateException(e); // check has thrown
        }
    }

    /** What Python writes otherwise than RE2. */
    private static Pattern pattern(String python) {
        if (QUOTED.matcher(python).find()) {
            throw new PatternSyntaxException("quoting", python);
        }
        return Pattern.compile(python.replaceAll("(?<!\\\\)((?:\\\\\\\\)*)\\\\Z", "$1\\\\z"));
    }

    /**
     * At least how long a pattern is when each counted repetition is written out, as RE2 does before anything bounds it. What stands before a repeated group is taken
     * for a part of it, so that nobody has to find where it begins.
     */
    private static long size(String pattern) {
        long size = 0;
        int at = 0;
        for (Matcher count = COUNT.matcher(pattern); count.find(); at = count.end()) {
            long times = Math.max(number(count.group(1)), number(count.group(2)));
            size += count.start() - at;
            boolean group = count.start() > 0 && pattern.charAt(count.start() - 1) == ')';
            size = Math.min(group ? size * Math.max(times, 1) : size + times, LARGEST + 1);
        }
        return size + pattern.length() - at;
    }

    private static long number(@Nullable String digits) {
        return digits == null || digits.isEmpty() ? 0 : digits.length() > 4 ? LARGEST : Long.parseLong(digits);
    }

    /**
     * Whether one is found; without any, always.
     *
     * @throws Refusal when all paths so far take too long
     */
    boolean find(String path) {
        steps += size * path.length();
        if (steps > MOST_STEPS) {
            throw new Refusal(413, "There are too many files for so long patterns; run find in the session");
        }
        return patterns.isEmpty()
                || patterns.stream().anyMatch(pattern -> pattern.matcher(path).find());
    }
}
