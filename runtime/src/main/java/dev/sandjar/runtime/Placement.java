package dev.sandjar.runtime;

import dev.sandjar.SandboxId;
import java.time.Instant;
import java.util.List;

/**
 * A sandbox as its place has it.
 *
 * @param id chosen by the engine
 * @param status what the place sees
 * @param reason why it is dead, in words; empty when it is not
 * @param record the engine's own notes, as last given to {@link SandboxRuntime#record}; not read by the runtime
 * @param key what its agent is greeted with
 * @param createdAt when the place made it
 * @param weaknesses what this place could not enforce for it, in words
 */
public record Placement(
        SandboxId id,
        Status status,
        String reason,
        String record,
        SandboxKey key,
        Instant createdAt,
        List<String> weaknesses) {
    /** Copies. */
    public Placement {
        weaknesses = List.copyOf(weaknesses);
    }

    /** What the place sees. */
    public enum Status {
        /** Its agent is there. */
        RUNNING,
        /** Frozen. */
        FROZEN,
        /** Stopped: its workspace is kept, nothing of it runs. */
        STOPPED,
        /** Its agent is gone; what is left is to be destroyed. */
        DEAD
    }
}
