package dev.sandjar.server.door.kubebox;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.Ending;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The processes of a session, as its sandbox tells them; one is called by the number that it has inside. */
final class Processes {
    private static final Comparator<CommandInfo> RUNNING_FIRST =
            Comparator.comparing(command -> command.ending().isPresent());

    private Processes() {}

    /** All that the sandbox knows, oldest first. */
    static List<CommandInfo> of(Session session) {
        return session.sandbox().commands().stream()
                .filter(command -> session.owns(command.id()))
                .toList();
    }

    /** Numbers are used again: the one that runs, or else the latest. */
    static Optional<CommandInfo> find(Session session, int process) {
        return of(session).reversed().stream()
                .filter(command -> command.pid() == process)
                .min(RUNNING_FIRST);
    }

    static CommandInfo get(Session session, int process) {
        return find(session, process).orElseThrow(Refusal::noProcess);
    }

    /** The number of one that was just started. */
    static int number(Session session, CommandId command) {
        return session.sandbox().commands().stream()
                .filter(info -> info.id().equals(command))
                .findFirst()
                .map(CommandInfo::pid)
                .orElseThrow(Refusal::noProcess);
    }

    /** As Python says it: a signal is negative. Empty when nobody knows. */
    static Optional<Integer> exitCode(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int code) -> Optional.of(code);
            case Ending.Killed(var signal) -> Optional.of(-signal.number());
            case Ending.TimedOut _, Ending.OutOfMemory _ -> Optional.of(-9);
            case Ending.Lost _ -> Optional.empty();
        };
    }
}
