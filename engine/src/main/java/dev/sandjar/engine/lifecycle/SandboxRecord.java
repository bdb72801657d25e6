package dev.sandjar.engine.lifecycle;

import dev.sandjar.SandboxSpec;
import java.time.Instant;
import java.util.Optional;

/**
 * What the engine must know of a sandbox after a crash; the place keeps it.
 *
 * @param owner whose it is; empty for one that is made ahead and not claimed yet
 * @param spec what was asked for, with template and defaults filled in
 * @param createdAt when it was asked for
 * @param expiresAt until when it may live
 * @param idempotencyKey what the create was repeated by
 */
public record SandboxRecord(
        String owner, SandboxSpec spec, Instant createdAt, Instant expiresAt, Optional<String> idempotencyKey) {
    /** The owner of what nobody has claimed. */
    public static final String NOBODY = "";

    /** Whether these notes are of some version of ours, also where we cannot read them; what else cannot be read is nobody's. */
    public static boolean isAnEngines(String notes) {
        return RecordJson.version(notes) > 0;
    }

    public SandboxRecord withExpiresAt(Instant instant) {
        return new SandboxRecord(owner, spec, createdAt, instant, idempotencyKey);
    }
}
