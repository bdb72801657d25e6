package dev.sandjar.compat.sessions;

/**
 * What a command takes for a terminal.
 *
 * @param type as in {@code TERM}
 * @param columns 1 to 10000
 * @param rows 1 to 10000
 */
public record Terminal(String type, int columns, int rows) {
    /** {@code xterm-256color}, 80 by 24. */
    public static final Terminal DEFAULT = new Terminal("xterm-256color", 80, 24);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException a part is out of its range
     */
    public Terminal {
        if (!type.matches("[A-Za-z0-9._+-]{1,64}")) {
            throw new IllegalArgumentException("type is " + Checks.quoted(type) + ", allowed: a name such as xterm");
        }
        Checks.inRange("columns", columns, 1, 10_000);
        Checks.inRange("rows", rows, 1, 10_000);
    }
}
