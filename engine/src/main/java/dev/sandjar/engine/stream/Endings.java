package dev.sandjar.engine.stream;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.Ending;
import dev.sandjar.Signal;
import dev.sandjar.agent.Replies;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the agent says of a command, in the words of the api. Pure. */
public final class Endings {
    private Endings() {}

    public static Optional<Ending> of(Replies.Ended ended) {
        return switch (ended.how()) {
            case RUNNING -> Optional.empty();
            case EXITED -> Optional.of(new Ending.Exited((int) ended.value()));
            case KILLED -> Optional.of(new Ending.Killed(new Signal((int) ended.value())));
            case TIMED_OUT -> Optional.of(new Ending.TimedOut(Duration.ofMillis(ended.value())));
            case OUT_OF_MEMORY -> Optional.of(new Ending.OutOfMemory());
        };
    }

    public static CommandInfo info(Replies.CommandStatus status) {
        return new CommandInfo(
                new CommandId(status.id()),
                status.argv(),
                status.argvCut(),
                status.pid(),
                Instant.ofEpochMilli(status.startedMillis()),
                of(status.ending()),
                status.oldest(),
                status.written());
    }
}
