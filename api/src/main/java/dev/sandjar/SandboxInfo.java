package dev.sandjar;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A sandbox as it is now.
 *
 * @param id its name
 * @param state where it is in its life
 * @param reason why it failed, or is being removed; empty otherwise
 * @param owner whose it is
 * @param image its root filesystem
 * @param template the recipe it was made from
 * @param createdAt when it was asked for
 * @param expiresAt when it will be deleted
 * @param lastActivityAt when somebody last used it
 * @param workspace the folder that relative paths start from
 * @param weaknesses what this place could not enforce for it, in words; empty when all holds
 * @param spec what was asked for, with the defaults filled in; holds {@link SandboxSpec#metadata}
 */
public record SandboxInfo(
        SandboxId id,
        SandboxState state,
        Optional<String> reason,
        String owner,
        String image,
        Optional<String> template,
        Instant createdAt,
        Instant expiresAt,
        Instant lastActivityAt,
        String workspace,
        List<String> weaknesses,
        SandboxSpec spec) {
    /** Copies. */
    public SandboxInfo {
        weaknesses = List.copyOf(weaknesses);
    }
}
