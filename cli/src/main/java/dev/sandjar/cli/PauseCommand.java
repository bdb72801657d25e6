package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxState;
import picocli.CommandLine.Command;

/** Stands still. */
@Command(
        name = "pause",
        description = "Freeze sandboxes; their processes are kept as they are. One that is paused stays so.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar pause 3fa8", "  sandjar pause 3fa8 77d0", "", Sandjar.PLAIN_EXIT_CODES})
final class PauseCommand extends EachCommand {
    @Override
    void act(Sandbox sandbox) {
        bring(sandbox, SandboxState.PAUSED, Sandbox::pause);
    }
}
