package dev.sandjar.compat.kubebox;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A command that was waited for.
 *
 * @param stdout what it wrote
 * @param stderr what it wrote to its other stream
 * @param exitCode empty when it did not end; negative for the signal that killed it
 * @param finished whether it ended with exit code 0, as servers understand it
 * @param error what the server said when it did not end, such as that its time was up
 */
public record CommandResult(
        String stdout, String stderr, OptionalInt exitCode, boolean finished, Optional<String> error)
        implements CommandRun {}
