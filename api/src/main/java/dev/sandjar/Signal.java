package dev.sandjar;

import java.util.Locale;
import java.util.OptionalInt;

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
        if (number < 1 || number > Signals.HIGHEST) {
            throw SandboxException.invalid("signal", number, "1 to 64");
        }
    }

    /**
     * Reads one as people write it.
     *
     * @param text a name with or without {@code SIG} in any case, or a number
     * @return the signal
     * @throws SandboxException {@code INVALID_ARGUMENT} when there is no such signal
     */
    public static Signal parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        OptionalInt number = Signals.number(name);
        if (number.isEmpty()) {
            throw SandboxException.invalid("signal", '"' + text + '"', "a name such as TERM, or 1 to 64");
        }
        return new Signal(number.getAsInt());
    }

    /** The name without {@code SIG}, such as {@code TERM}; {@code RT34} for those without one. */
    @Override
    public String toString() {
        return Signals.name(number);
    }
}
