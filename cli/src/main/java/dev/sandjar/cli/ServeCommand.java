package dev.sandjar.cli;

import dev.sandjar.SandboxException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A server. Here for the help only: the launcher starts it, as a program of its own. */
@Command(
        name = "serve",
        description = "Serve this machine's sandboxes over HTTP, until stopped.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar serve",
            "  sandjar serve --help      its options",
            "",
            "Exit codes: 2 wrong usage, 125 it failed, 128+N stopped by signal N."
        })
final class ServeCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", hidden = true)
    private List<String> ignored = List.of();

    @Override
    public Integer call() {
        throw SandboxException.notSupported(
                "serve", "this way of starting the command line", "start it by the script ./sandjar");
    }
}
