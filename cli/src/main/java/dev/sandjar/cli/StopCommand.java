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

/** Nothing runs, and the workspace stays. */
@Command(
        name = "stop",
        description = "End all processes of sandboxes and keep their workspaces; resume starts them anew.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar stop 3fa8",
            "  sandjar resume 3fa8",
            "",
            "Where no workspace outlives a sandbox's processes, as on one machine, it is refused: use pause.",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class StopCommand implements Callable<Integer> {
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
                    sandboxes, ids, Sandbox::stop, spec.commandLine().getErr());
        }
    }
}
