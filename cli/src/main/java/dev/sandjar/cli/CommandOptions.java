package dev.sandjar.cli;

import dev.sandjar.CommandSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a command is started, from the command line. */
final class CommandOptions {
    @Spec(Spec.Target.MIXEE)
    private Model.CommandSpec verb;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "FOLDER",
            description = "Where it starts; /workspace by default.")
    private @Nullable String workdir;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description = "Killed with all it started after so long, 1s to 8h.")
    private @Nullable Span timeout;

    @Option(names = "-i", description = "Changes nothing: standard input is always passed on.")
    void interactive(boolean asked) {
        // nothing to switch on
    }

    @Option(
            names = {"-t", "--tty"},
            hidden = true, // there are no terminals yet
            description = "Refused.")
    private boolean tty;

    CommandSpec spec(List<String> words) {
        return spec(words, Map.of(), true);
    }

    CommandSpec spec(List<String> words, Map<String, String> env, boolean stdin) {
        if (tty) {
            throw new ParameterException(
                    verb.commandLine(), "-t is not supported yet: input and output are pipes; leave it out");
        }
        var builder = CommandSpec.builder(argv(words)).env(env).stdin(stdin);
        if (!stdin) {
            builder.retention(CommandSpec.Retention.LATEST);
        }
        if (workdir != null) {
            builder.cwd(workdir);
        }
        if (timeout != null) {
            builder.limit(timeout.duration());
        }
        return builder.build();
    }

    /** Options end at the first word that is none, as for docker and ssh; {@code --} may stand there to make it plain. */
    private List<String> argv(List<String> words) {
        if (!words.getFirst().startsWith("-")) {
            return words;
        }
        if (words.getFirst().equals("--") && words.size() > 1) {
            return words.subList(1, words.size());
        }
        throw new ParameterException(
                verb.commandLine(),
                "\"" + words.getFirst()
                        + "\" stands where the command begins; options go in front, or put -- before it");
    }
}
