package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes on. */
@Command(
        name = "resume",
        description = "Let paused sandboxes go on; start anew those that were stopped.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar resume 3fa8", "  sandjar resume 3fa8 77d0", "", Sandjar.PLAIN_EXIT_CODES})
final class ResumeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Place place;

    @Parameters(arity = "1..*", paramLabel = "SANDBOX", description = "Ids, or beginnings of them.")
    private List<String> ids;

    @Override
    public Integer call() throws InterruptedException {
        try (Sandboxes sandboxes = place.open()) {
            return Each.sandbox(
                    sandboxes, ids, Sandbox::resume, spec.commandLine().getErr());
        }
    }
}
