package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxState;
import picocli.CommandLine.Command;

/** Goes on. */
@Command(
        name = "resume",
        description = "Let paused sandboxes go on; start anew those that were stopped. One that runs goes on.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar resume 3fa8", "  sandjar resume 3fa8 77d0", "", Sandjar.PLAIN_EXIT_CODES})
final class ResumeCommand extends EachCommand {
    @Override
    void act(Sandbox sandbox) {
        bring(sandbox, SandboxState.RUNNING, Sandbox::resume);
    }
}
