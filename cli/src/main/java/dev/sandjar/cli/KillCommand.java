package dev.sandjar.cli;

import dev.sandjar.CommandInfo;
import dev.sandjar.ErrorCode;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The end of commands that nobody waits for, and of single processes. */
@Command(
        name = "kill",
        description = "Kill commands in a sandbox, with everything they started; or single processes, by number.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  c=$(sandjar exec -d 3fa8 -- sleep 1000)",
            "  sandjar kill 3fa8 $c",
            "  sandjar kill -s TERM 3fa8 9c1e    asks it to end; sandjar logs 3fa8 tells whether it did",
            "  sandjar kill 3fa8 --pid 17        one process alone; sandjar ps 3fa8 lists them",
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
            description = "Send this instead, such as TERM, INT or 1: to a command's process group, or to the process.")
    private @Nullable String signal;

    @Option(
            names = {"-p", "--pid"},
            paramLabel = "PID",
            description = "A process, whoever started it; may be given several times.")
    private List<Integer> pids = List.of();

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "A command's id, or a beginning of it.")
    private List<String> commands = List.of();

    @Override
    public Integer call() throws InterruptedException {
        if (commands.isEmpty() && pids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "name a COMMAND, or a process by --pid");
        }
        Optional<Signal> sent = Optional.ofNullable(signal).map(Signal::parse);
        try (Sandboxes sandboxes = place.open()) {
            Sandbox sandbox = Place.find(sandboxes, id);
            int code = Each.of(
                    commands, command -> end(sandbox, Place.command(sandbox, command), sent), spec.commandLine());
            int last = pids.isEmpty() ? 0 : signal(sandbox, sent.orElse(Signal.KILL));
            return last == 0 ? code : last;
        }
    }

    private int signal(Sandbox sandbox, Signal signal) throws InterruptedException {
        Map<String, ProcessId> processes = sandbox.processes().stream()
                .map(ProcessInfo::id)
                .collect(Collectors.toMap(process -> Integer.toString(process.pid()), process -> process));
        return Each.of(
                pids.stream().map(String::valueOf).toList(),
                pid -> sandbox.signal(process(processes, pid), signal),
                spec.commandLine());
    }

    private static void end(Sandbox sandbox, CommandInfo command, Optional<Signal> signal) {
        try (var attached = sandbox.attach(command.id(), command.written())) {
            signal.ifPresentOrElse(attached::signal, attached::kill);
        }
    }

    private ProcessId process(Map<String, ProcessId> processes, String pid) {
        ProcessId process = processes.get(pid);
        if (process == null) {
            throw new SandboxException(
                    ErrorCode.PROCESS_NOT_FOUND,
                    "no process " + pid + " in the sandbox",
                    "run: sandjar ps " + id,
                    null);
        }
        return process;
    }
}
