package dev.sandjar.cli;

import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One more command in a sandbox that is there. */
@Command(
        name = "exec",
        description = "Run a command in a sandbox; input, output and exit code pass through.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar exec 3fa8 -- python3 -c 'print(40 + 2)'",
            "  tar c src | sandjar exec 3fa8 -- tar x",
            "  sandjar exec -it 3fa8 bash             a shell; left by Ctrl-P Ctrl-Q",
            "  sandjar exec -d 3fa8 -- sleep 1000     its id, for logs, attach and kill",
            "  sandjar exec 3fa8 -- make </dev/null   in a loop, whose input it would take",
            "",
            "Ctrl-C goes to the command; twice, it kills. With -t every key is the",
            "command's, but Ctrl-P Ctrl-Q leaves it running, and so does a terminal that",
            "is closed; sandjar attach comes back.",
            "",
            Sandjar.EXIT_CODES
        })
final class ExecCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Mixin
    private CommandOptions options;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "Laid over the sandbox's environment; may be repeated.")
    private Map<String, String> env = new LinkedHashMap<>();

    @Option(
            names = {"-d", "--detach"},
            description =
                    "Do not wait: print the command's id. Its input is empty; of its output the newest are kept, up to 4 MiB.")
    private boolean detach;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "Program and arguments, best after --.")
    private List<String> argv;

    @Override
    public Integer call() throws Exception {
        var spec = options.spec(argv, env, !detach);
        try (Interrupts interrupts = Interrupts.open();
                Sandboxes sandboxes = place.open()) {
            Sandbox sandbox = Place.find(sandboxes, id);
            if (detach) {
                System.out.println(sandbox.start(spec).id());
                return 0;
            }
            try (RunningCommand command = sandbox.start(spec)) {
                interrupts.passTo(command, command::kill);
                if (!options.isTerminal()) {
                    return PassThrough.join(command);
                }
                var output = new Following(command);
                interrupts.leaveBy(Set.of(Interrupts.HANGUP), output);
                return TerminalSession.join(command, output, Optional.of(sandbox.id()), 0);
            } catch (InterruptedException beforeItBegan) {
                return interrupts.exitCode();
            } finally {
                interrupts.cleanUp();
            }
        }
    }
}
