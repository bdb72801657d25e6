package dev.sandjar;

import java.util.Locale;

/**
 * A Linux signal.
 *
 * @param number 1 to 64
 */
public record Signal(int number) {
    /** Asks a program to end. */
    public static final Signal TERM = new Signal(15);
    /** Ends a program. */
    public static final Signal KILL = new Signal(9);
    /** What Ctrl-C sends. */
    public static final Signal INT = new Signal(2);

    /** Checks the range. */
    public Signal {
        if (number < 1 || number > 64) {
            throw SandboxException.invalid("signal", number, "1 to 64, or a name such as TERM");
        }
    }

    /**
     * Reads a signal's name or number.
     *
     * @param text such as {@code TERM}, {@code SIGTERM}, {@code term} or {@code 15}
     * @return the signal
     * @throws SandboxException {@code INVALID_ARGUMENT}
     */
    public static Signal parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.matches("[0-9]{1,2}")) {
            return new Signal(Integer.parseInt(name));
        }
        return Signals.number(name.startsWith("SIG") ? name.substring(3) : name)
                .map(Signal::new)
                .orElseThrow(() -> SandboxException.invalid("signal", "unknown", "1 to 64, or a name such as TERM"));
    }

    /** The name without {@code SIG}, such as {@code TERM}; {@code RT34} for those without one. */
    @Override
    public String toString() {
        return Signals.name(number);
    }
}
