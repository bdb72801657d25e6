package dev.sandjar.cli;

import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One command in a sandbox of its own. */
@Command(
        name = "run",
        description = "Make a sandbox, run a command in it, remove it. Input, output and exit code pass through.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  sandjar run -- python3 -c 'print(40 + 2)'",
            "  tar c src | sandjar run -m 2G -- sh -c 'tar x && cd src && make'",
            "  sandjar run --timeout 10s -- python3 untrusted.py < data",
            "",
            "Exit codes: the command's own; 2 wrong usage, 124 timed out, 125 sandjar itself failed, 255 sandbox lost."
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Mixin
    private SpecOptions spec;

    @Mixin
    private CommandOptions options;

    @Option(
            names = "--keep",
            description = "Leave the sandbox when the command has ended, and print its id to standard error.")
    private boolean keep;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "Program and arguments, after --.")
    private List<String> argv;

    @Override
    public Integer call() throws Exception {
        try (Sandboxes sandboxes = place.open()) {
            Sandbox sandbox = sandboxes.create(spec.spec());
            var removal = new Thread(() -> remove(sandbox), "remove");
            if (keep) {
                System.err.println(sandbox.id());
            } else {
                Runtime.getRuntime().addShutdownHook(removal); // also when we are interrupted
            }
            try (RunningCommand command = sandbox.start(options.spec(argv))) {
                return PassThrough.follow(command, true);
            } finally {
                if (!keep) {
                    Runtime.getRuntime().removeShutdownHook(removal);
                    sandbox.delete();
                }
            }
        }
    }

    private static void remove(Sandbox sandbox) {
        try {
            sandbox.delete();
        } catch (SandboxException e) {
            System.err.println("sandjar: " + e.getMessage());
        }
    }
}
