package dev.sandjar.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The same as {@code --help} behind the verb. */
@Command(
        name = "help",
        description = "Explain a verb, or list them all.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar help", "  sandjar help run", "", Sandjar.PLAIN_EXIT_CODES})
final class HelpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "VERB", description = "Which one.")
    private @Nullable String verb;

    @Override
    public Integer call() {
        CommandLine all = spec.parent().commandLine();
        CommandLine asked = verb == null ? all : all.getSubcommands().get(verb);
        if (asked == null) {
            throw new UnmatchedArgumentException(all, List.of(String.valueOf(verb)));
        }
        asked.usage(asked.getOut());
        return 0;
    }
}
