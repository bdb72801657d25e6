package dev.sandjar.cli;

import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar run -- python3 -c 'print(40 + 2)'",
            "  tar c src | sandjar run -m 2G -- sh -c 'tar x && cd src && make'",
            "  sandjar run --timeout 10s -- python3 untrusted.py < data",
            "",
            "Ctrl-C goes to the command; twice, it kills. The sandbox is removed in any case, unless --keep is given: then, with -t,",
            "Ctrl-P Ctrl-Q leaves the command running, and so does a terminal that is closed; sandjar attach comes back.",
            "",
            Sandjar.EXIT_CODES
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

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "Program and arguments, best after --.")
    private List<String> argv;

    @Override
    public Integer call() throws Exception {
        CommandSpec command = options.spec(argv);
        boolean leased = !keep && !spec.hasTtl();
        var wanted = leased ? spec.spec().toBuilder().ttl(Lease.LENGTH).build() : spec.spec();
        try (Interrupts interrupts = Interrupts.open();
                Sandboxes sandboxes = place.open()) {
            try {
                Sandbox sandbox = sandboxes.create(wanted);
                if (keep) {
                    System.err.println(sandbox.id());
                }
                try (Lease lease = leased ? Lease.keep(sandbox) : null) {
                    return run(sandbox, command, interrupts);
                } finally {
                    interrupts.cleanUp();
                    if (!keep) {
                        sandbox.delete();
                    }
                }
            } catch (InterruptedException nothingIsLeft) {
                return interrupts.exitCode();
            }
        }
    }

    private int run(Sandbox sandbox, CommandSpec spec, Interrupts interrupts) throws InterruptedException {
        try (RunningCommand command = sandbox.start(spec)) {
            interrupts.passTo(command, command::kill);
            if (!options.isTerminal()) {
                return PassThrough.join(command);
            }
            var output = new Following(command);
            if (keep) {
                interrupts.leaveBy(Set.of(Interrupts.HANGUP), output);
            }
            return TerminalSession.join(
                    command, output, Optional.of(sandbox.id()).filter(_ -> keep), 0);
        }
    }
}
