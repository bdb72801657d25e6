package dev.sandjar.compat.sessions;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a command has come to. It has an exit code or a signal, never both, and neither is made up.
 *
 * @param stdout what it wrote, read as UTF-8
 * @param stderr what it wrote to its error output, read as UTF-8
 * @param exitCode its own; empty when a signal ended it
 * @param signal what ended it, without {@code SIG}, such as {@code KILL}; empty when it ended by itself
 */
public record SshResult(String stdout, String stderr, OptionalInt exitCode, Optional<String> signal) {
    /** Whether it ended by itself with exit code 0. */
    public boolean succeeded() {
        return exitCode.isPresent() && exitCode.getAsInt() == 0;
    }
}
