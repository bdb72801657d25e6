package dev.sandjar.server.door.kubebox;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/**
 * Patterns of a client, of which any may be found anywhere in a path, as Python's {@code re.search} does. Read by RE2, whose time is bounded by pattern and text: Java's
 * own can be made to take for ever, without a step at which it could be stopped. Back references and look-arounds, which only such matchers have, are refused.
 */
final class Regexes {
    private static final int MOST = 100;
    private static final int LONGEST = 1_000; // characters

    private final List<Pattern> patterns;

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
        return Pattern.compile(python.replaceAll("(?<!\\\\)((?:\\\\\\\\)*)\\\\Z", "$1\\\\z"));
    }

    /** Whether one is found; without any, always. */
    boolean find(String path) {
        return patterns.isEmpty()
                || patterns.stream().anyMatch(pattern -> pattern.matcher(path).find());
    }
}
