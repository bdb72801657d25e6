package dev.sandjar;

/**
 * The size of a terminal.
 *
 * @param rows 1 to 65535
 * @param columns 1 to 65535
 */
public record Window(int rows, int columns) {
    /** What programs expect when nobody says. */
    public static final Window DEFAULT = new Window(24, 80);

    /** Checks both. */
    public Window {
        if (rows < 1 || rows > 65_535 || columns < 1 || columns > 65_535) {
            throw SandboxException.invalid("window", rows + "x" + columns, "1 to 65535 rows and columns");
        }
    }
}
