package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import picocli.CommandLine.Command;

/** Nothing runs, and the workspace stays. */
@Command(
        name = "stop",
        description =
                "End all processes of sandboxes and keep their workspaces, on a cluster that has volumes; resume starts them anew.",
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
final class StopCommand extends EachCommand {
    @Override
    void act(Sandbox sandbox) {
        sandbox.stop();
    }
}
