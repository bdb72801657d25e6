package dev.sandjar;

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
            throw SandboxException.invalid("signal", number, "1 to 64");
        }
    }

    /** The name without {@code SIG}, such as {@code TERM}; {@code RT34} for those without one. */
    @Override
    public String toString() {
        return Signals.name(number);
    }
}
