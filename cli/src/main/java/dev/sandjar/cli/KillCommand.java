package dev.sandjar.cli;

import dev.sandjar.CommandInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The end of commands that nobody waits for. */
@Command(
        name = "kill",
        description = "Kill commands in a sandbox, with everything they started.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  c=$(sandjar exec -d 3fa8 -- sleep 1000)",
            "  sandjar kill 3fa8 $c",
            "  sandjar kill -s TERM 3fa8 9c1e    asks it to end; sandjar logs 3fa8 tells whether it did",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class KillCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Place place;

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            description = "Send this to its process group instead, such as TERM, INT or 1.")
    private @Nullable String signal;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "A command's id, or a beginning of it.")
    private List<String> commands;

    @Override
    public Integer call() throws InterruptedException {
        Optional<Signal> sent = Optional.ofNullable(signal).map(Signal::parse);
        try (Sandboxes sandboxes = place.open()) {
            Sandbox sandbox = Place.find(sandboxes, id);
            return Each.of(
                    commands, command -> end(sandbox, Place.command(sandbox, command), sent), spec.commandLine());
        }
    }

    private static void end(Sandbox sandbox, CommandInfo command, Optional<Signal> signal) {
        try (var attached = sandbox.attach(command.id(), command.written())) {
            signal.ifPresentOrElse(attached::signal, attached::kill);
        }
    }
}
