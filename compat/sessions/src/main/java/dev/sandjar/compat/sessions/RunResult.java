package dev.sandjar.compat.sessions;

import java.util.OptionalInt;

/**
 * What a run has come to.
 *
 * @param status how it ended
 * @param exitCode the program's own; empty when it has none, as after a timeout
 * @param stdout what it wrote, as the server tells it
 * @param stderr what it wrote to its error output
 */
public record RunResult(Status status, OptionalInt exitCode, String stdout, String stderr) {
    /** How a run ended. */
    public enum Status {
        /** With exit code 0. */
        COMPLETED,
        /** With another exit code, or killed. */
        FAILED,
        /** It was ended because its time was over. */
        TIMEOUT
    }
}
