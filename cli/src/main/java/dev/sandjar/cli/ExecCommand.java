package dev.sandjar.cli;

import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import java.util.List;
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
        footer = {
            "",
            "Examples:",
            "  sandjar exec 3fa8 -- python3 -c 'print(40 + 2)'",
            "  tar c src | sandjar exec 3fa8 -- tar x",
            "  sandjar exec -d 3fa8 -- python3 -m http.server     prints the command's id; see: sandjar logs",
            "",
            "Exit codes: the command's own; 2 wrong usage, 124 timed out, 125 sandjar itself failed, 255 sandbox lost."
        })
final class ExecCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Mixin
    private CommandOptions options;

    @Option(
            names = {"-d", "--detach"},
            description = "Do not wait: print the command's id. Its newest 4 MiB of output are kept.")
    private boolean detach;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "Program and arguments, after --.")
    private List<String> argv;

    @Override
    public Integer call() throws Exception {
        try (Sandboxes sandboxes = place.open()) {
            var sandbox = Place.find(sandboxes, id);
            if (detach) {
                var spec = options.spec(argv);
                var background =
                        CommandSpec.builder(spec.argv()).limit(spec.limit()).retention(CommandSpec.Retention.LATEST);
                spec.cwd().ifPresent(background::cwd);
                System.out.println(sandbox.start(background.build()).id());
                return 0;
            }
            try (RunningCommand command = sandbox.start(options.spec(argv))) {
                var killing = new Thread(() -> command.signal(Signal.INT), "pass-on-interrupt");
                Runtime.getRuntime().addShutdownHook(killing);
                int code = PassThrough.follow(command, true);
                Runtime.getRuntime().removeShutdownHook(killing);
                return code;
            }
        }
    }
}
