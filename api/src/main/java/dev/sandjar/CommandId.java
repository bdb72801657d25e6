package dev.sandjar;

import java.util.Optional;
import java.util.UUID;

/**
 * A command's name within its sandbox: a UUID, random.
 *
 * @param value any UUID
 */
public record CommandId(UUID value) {
    /**
     * A new one.
     *
     * @return a random id
     */
    public static CommandId random() {
        return new CommandId(UUID.randomUUID());
    }

    /**
     * Reads the canonical text form.
     *
     * @param text anything
     * @return empty for anything but the canonical form
     */
    public static Optional<CommandId> parse(String text) {
        return CanonicalUuid.parse(text).map(CommandId::new);
    }

    /** The canonical text form: 36 characters, lower case. */
    @Override
    public String toString() {
        return value.toString();
    }
}
