package dev.sandjar.cli;

import dev.sandjar.CommandInfo;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Back to a command that runs. */
@Command(
        name = "attach",
        description =
                "Come back to a command that runs, such as a shell of exec -it that was left by Ctrl-P Ctrl-Q: its recent output first, then what you type goes to it.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar exec -it 3fa8 bash    a shell; Ctrl-P Ctrl-Q leaves it running",
            "  sandjar attach 3fa8           back to it, when nothing else runs there",
            "  sandjar attach 3fa8 9c1e      to one of several; sandjar logs lists them",
            "",
            "It goes on without you: after Ctrl-P Ctrl-Q, a closed terminal, kill, the end of your input or of who reads its output.",
            "One at a time types there; while somebody else does, you watch, until Ctrl-C.",
            "",
            Sandjar.EXIT_CODES
        })
final class AttachCommand implements Callable<Integer> {
    private static final int MOST_WORDS = 60; // characters of a command, to know it by
    private static final long RECENT = 64 * 1024; // bytes: more than a screen has

    @Mixin
    private Place place;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "COMMAND",
            description = "A command's id, or a beginning of it; by default the only one that runs.")
    private @Nullable String command;

    @Override
    public Integer call() throws Exception {
        try (Interrupts interrupts = Interrupts.open();
                Sandboxes sandboxes = place.open()) {
            Sandbox sandbox = Place.find(sandboxes, id);
            CommandInfo info = command == null ? onlyOne(sandbox) : Place.command(sandbox, command);
            long from = Math.max(info.oldest(), info.written() - RECENT);
            try (RunningCommand running = sandbox.attach(info.id(), from)) {
                if (info.ending().isPresent()) {
                    return PassThrough.watch(running);
                }
                var output = new Following(running);
                interrupts.leaveBy(Set.of(Interrupts.HANGUP, Signal.TERM), output);
                interrupts.passTo(running, () -> output.leave(interrupts.exitCode()));
                return OwnTerminal.isThere() && hasTerminal(running)
                        ? TerminalSession.join(running, output, Optional.of(sandbox.id()), info.written())
                        : PassThrough.attach(running, output);
            } catch (InterruptedException beforeItBegan) {
                return interrupts.exitCode();
            } finally {
                interrupts.cleanUp();
            }
        }
    }

    /** One that has none says so when it is to be resized. */
    private static boolean hasTerminal(RunningCommand running) {
        try {
            running.resize(OwnTerminal.size());
            return true;
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.INVALID_STATE) {
                throw e;
            }
            return false;
        }
    }

    private static CommandInfo onlyOne(Sandbox sandbox) {
        List<CommandInfo> running = sandbox.commands().stream()
                .filter(info -> info.ending().isEmpty())
                .toList();
        if (running.size() == 1) {
            return running.getFirst();
        }
        if (running.isEmpty()) {
            throw new SandboxException(
                    ErrorCode.COMMAND_NOT_FOUND,
                    "no command runs in sandbox " + sandbox.id(),
                    "start one: sandjar exec -it " + sandbox.id() + " sh",
                    null);
        }
        throw new SandboxException(
                ErrorCode.COMMAND_NOT_FOUND,
                running.size() + " commands run in sandbox " + sandbox.id() + ": "
                        + running.stream().map(AttachCommand::described).collect(Collectors.joining(", ")),
                "name one: sandjar attach " + sandbox.id() + " COMMAND",
                null);
    }

    private static String described(CommandInfo info) {
        String words = info.argv().stream().map(Text::word).collect(Collectors.joining(" "));
        return info.id() + " (" + (words.length() > MOST_WORDS ? words.substring(0, MOST_WORDS) + "..." : words) + ")";
    }
}
