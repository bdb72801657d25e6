package dev.sandjar;

import java.util.Optional;
import java.util.UUID;

/**
 * A sandbox's name: a UUID, random, never used again.
 *
 * @param value any UUID
 */
public record SandboxId(UUID value) {
    /**
     * A new one.
     *
     * @return a random id
     */
    public static SandboxId random() {
        return new SandboxId(UUID.randomUUID());
    }

    /**
     * Reads the canonical text form.
     *
     * @param text anything
     * @return empty for anything but the canonical form, so that a door can answer 404 as for any unknown sandbox
     */
    public static Optional<SandboxId> parse(String text) {
        return CanonicalUuid.parse(text).map(SandboxId::new);
    }

    /** The canonical text form: 36 characters, lower case. */
    @Override
    public String toString() {
        return value.toString();
    }
}
