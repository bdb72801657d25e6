package dev.sandjar;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A process in a sandbox as the kernel shows it now, whoever started it. Name and argv are what the process itself made of them: any text.
 *
 * @param id which
 * @param parent the number of the process that started it, or of the one that took it over; empty when nothing but the sandbox's agent looks
 *     after it: a command, or what has left its command
 * @param state what it does
 * @param cpu processor time that its threads have used
 * @param memory bytes of it in memory, shared ones included; the kernel counts in batches, so some hundred KiB may be missing
 * @param command the running command that it descends from; empty when that has ended
 * @param name at most 15 bytes, mostly of the program's file
 * @param argv program and arguments; empty when it has ended, or they could not be read in time. Bytes that are no UTF-8 are replaced
 * @param argvCut whether argv goes on: 4 096 bytes of it are told at most, less in a sandbox of hundreds of processes
 */
public record ProcessInfo(
        ProcessId id,
        OptionalInt parent,
        State state,
        Duration cpu,
        long memory,
        Optional<CommandId> command,
        String name,
        List<String> argv,
        boolean argvCut) {
    /** Copies. */
    public ProcessInfo {
        argv = List.copyOf(argv);
    }

    /** What a process does. */
    public enum State {
        /** It runs, or would if a processor were free. */
        RUNNING,
        /** It waits for something. */
        SLEEPING,
        /** It waits for a disk or the like, and hears no signal meanwhile. */
        BLOCKED,
        /** It was stopped, and goes on when it is told to. */
        STOPPED,
        /** It has ended, and its parent has not asked how. */
        ZOMBIE
    }
}
