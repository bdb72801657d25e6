package dev.sandjar.server.door.kubebox;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Patterns of a client, of which any may be found anywhere in a path, as Python's {@code re.search} does. Together they have so much time: some
 * patterns take for ever for a few characters.
 */
final class Regexes {
    private static final int MOST = 100;
    private static final int LONGEST = 1_000; // characters
    private static final Duration TIME = Duration.ofSeconds(2);

    private final List<Pattern> patterns;
    private long left = TIME.toNanos();

    private Regexes(List<Pattern> patterns) {
        this.patterns = patterns;
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
        fields.check();
        try {
            return new Regexes(texts.stream().map(Regexes::pattern).toList());
        } catch (PatternSyntaxException | StackOverflowError e) {
            fields.refuse("value_error", "regexes", "Input should be valid regular expressions");
            fields.check();
            throw new IllegalStateException(e); // check has thrown
        }
    }

    /** What Python writes otherwise than Java. */
    private static Pattern pattern(String python) {
        return Pattern.compile(python.replaceAll("\\(\\?P<", "(?<")
                .replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>")
                .replaceAll("(?<!\\\\)((?:\\\\\\\\)*)\\\\Z", "$1\\\\z"));
    }

    /** Whether one is found; without any, always. */
    boolean find(String path) {
        if (patterns.isEmpty()) {
            return true;
        }
        long begin = System.nanoTime();
        var timed = new Timed(path, begin + left);
        try {
            return patterns.stream().anyMatch(pattern -> pattern.matcher(timed).find());
        } catch (StackOverflowError e) {
            throw tooSlow();
        } finally {
            left -= System.nanoTime() - begin;
        }
    }

    private static Refusal tooSlow() {
        return new Refusal(400, "These regexes take too long; send simpler ones");
    }

    /** Text that can be read until then: the only way to stop a matcher. */
    private record Timed(CharSequence text, long end) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (System.nanoTime() - end > 0) {
                throw tooSlow();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int to) {
            return new Timed(text.subSequence(start, to), end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
