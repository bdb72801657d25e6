package dev.sandjar.cli;

import dev.sandjar.CommandSpec;
import dev.sandjar.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
            description = "Give it a terminal, which is yours meanwhile.")
    private boolean tty;

    CommandSpec spec(List<String> words) {
        return spec(words, Map.of(), true);
    }

    CommandSpec spec(List<String> words, Map<String, String> env, boolean stdin) {
        var builder = CommandSpec.builder(argv(words)).env(env).stdin(stdin);
        if (tty) {
            builder.terminal(terminal(stdin)).env(withTerm(env));
        }
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

    /** Whether the command's terminal is ours. */
    boolean isTerminal() {
        return tty;
    }

    private Window terminal(boolean stdin) {
        if (!stdin) {
            throw new ParameterException(verb.commandLine(), "-t and -d exclude each other: nobody would look at it");
        }
        if (!OwnTerminal.isThere()) {
            throw new ParameterException(
                    verb.commandLine(), "-t wants standard input to be a terminal, which it is not; leave -t out");
        }
        return OwnTerminal.size();
    }

    /** What kind of terminal it is, programs learn by the environment. */
    private static Map<String, String> withTerm(Map<String, String> env) {
        var with = new LinkedHashMap<String, String>();
        with.put("TERM", Objects.requireNonNullElse(System.getenv("TERM"), "xterm"));
        with.putAll(env);
        return with;
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
