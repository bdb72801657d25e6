package dev.sandjar.compat.sessions;

import java.util.Locale;

/** What {@link SessionsClient#runCode} can run. */
public enum CodeLanguage {
    /** Python 3. */
    PYTHON,
    /** JavaScript, by what the image has for it. */
    JAVASCRIPT,
    /** Bash. */
    BASH;

    /**
     * Reads the name that the API has for it.
     *
     * @param name {@code python}, {@code javascript} or {@code bash}
     * @throws IllegalArgumentException it is none of these
     */
    public static CodeLanguage of(String name) {
        for (CodeLanguage language : values()) {
            if (language.wireName().equals(name)) {
                return language;
            }
        }
        throw new IllegalArgumentException(
                "language is " + Checks.quoted(name) + ", allowed: python, javascript, bash");
    }

    /** Its name in the API. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
