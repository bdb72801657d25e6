package dev.sandjar.cli;

import dev.sandjar.CommandSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command is started, from the command line. */
final class CommandOptions {
    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "FOLDER",
            description = "Where it starts; /workspace by default.")
    private @Nullable String workdir;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description = "Killed with all it started after so long.")
    private @Nullable Span timeout;

    CommandSpec spec(List<String> argv) {
        var builder = CommandSpec.builder(argv).stdin(true);
        if (workdir != null) {
            builder.cwd(workdir);
        }
        if (timeout != null) {
            builder.limit(timeout.duration());
        }
        return builder.build();
    }
}
