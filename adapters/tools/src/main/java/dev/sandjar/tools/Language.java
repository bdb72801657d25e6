package dev.sandjar.tools;

import dev.sandjar.SandboxException;
import java.util.List;
import java.util.Locale;

/** A language that code may be in. Its program must be in the sandbox's image; where it is not, the code ends with exit code 127 and says so. */
public enum Language {
    /** Read by {@code python3}; modules in the folder it starts in can be imported, as in a script that lies there. */
    PYTHON("export PYTHONPATH=\"$PWD${PYTHONPATH:+:$PYTHONPATH}\"; exec python3 \"$0\""),
    /** Read by {@code node}, from its standard input: so {@code require("./x")} looks in the folder it starts in. */
    JAVASCRIPT("exec node - < \"$0\""),
    /** Read by {@code bash}, or {@code sh} where there is none. */
    BASH("command -v bash > /dev/null && exec bash \"$0\"; exec sh \"$0\"");

    private final String start;

    Language(String start) {
        this.start = start;
    }

    /**
     * Finds one by the name that models use.
     *
     * @param name {@code python}, {@code javascript} or {@code bash}, in letters of any case
     * @return the language
     * @throws SandboxException {@code INVALID_ARGUMENT} for another name
     */
    public static Language of(String name) {
        for (Language language : values()) {
            if (language.name().equals(name.strip().toUpperCase(Locale.ROOT))) {
                return language;
            }
        }
        throw SandboxException.invalid("language", name, "python, javascript, bash");
    }

    /** The words that run code of this language, which lies in a file: so the code itself meets no shell's quoting. */
    List<String> argv(String file) {
        return oneStream(start, file);
    }

    /** The words that run a command by {@code bash}, or {@code sh} where there is none. */
    static List<String> command(String script) {
        return oneStream("command -v bash > /dev/null && exec bash -c \"$0\"; exec sh -c \"$0\"", script);
    }

    /** Both streams into one pipe: what comes through two has no order among it. */
    private static List<String> oneStream(String start, String argument) {
        return List.of("sh", "-c", "exec 2>&1; " + start, argument);
    }
}
