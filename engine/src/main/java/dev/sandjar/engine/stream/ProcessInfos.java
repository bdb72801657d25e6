package dev.sandjar.engine.stream;

import dev.sandjar.CommandId;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.agent.Replies;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** What the agent says of a process, in the words of the api. Pure. */
public final class ProcessInfos {
    private static final UUID NONE = new UUID(0, 0);

    private ProcessInfos() {}

    public static ProcessInfo of(Replies.ProcessStatus process) {
        return new ProcessInfo(
                new ProcessId(process.pid(), Instant.ofEpochMilli(process.startedMillis())),
                process.parent() == 0 ? OptionalInt.empty() : OptionalInt.of(process.parent()),
                state(process.state()),
                Duration.of(process.cpuMicros(), ChronoUnit.MICROS),
                process.resident(),
                process.command().equals(NONE) ? Optional.empty() : Optional.of(new CommandId(process.command())),
                process.name(),
                argv(process),
                process.cut());
    }

    private static ProcessInfo.State state(char letter) {
        return switch (letter) {
            case 'R' -> ProcessInfo.State.RUNNING;
            case 'D', 'K', 'W', 'P' -> ProcessInfo.State.BLOCKED;
            case 'T', 't' -> ProcessInfo.State.STOPPED;
            case 'Z', 'X', 'x' -> ProcessInfo.State.ZOMBIE;
            default -> ProcessInfo.State.SLEEPING; // S, I, and what newer kernels may say
        };
    }

    private static List<String> argv(Replies.ProcessStatus process) {
        String words =
                StandardCharsets.UTF_8.decode(process.words().duplicate()).toString();
        if (words.isEmpty()) {
            return List.of();
        }
        return List.of((words.endsWith("\0") ? words.substring(0, words.length() - 1) : words).split("\0", -1));
    }
}
