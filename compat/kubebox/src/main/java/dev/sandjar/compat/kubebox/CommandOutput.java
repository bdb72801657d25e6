package dev.sandjar.compat.kubebox;

/**
 * A line of output, or a part of one.
 *
 * @param output with its line end
 * @param type of the stream
 * @param processId whose
 */
public record CommandOutput(String output, Type type, long processId) implements CommandEvent {
    /** The two streams of a program. */
    public enum Type {
        /** File descriptor 1. */
        STDOUT,
        /** File descriptor 2. */
        STDERR
    }
}
