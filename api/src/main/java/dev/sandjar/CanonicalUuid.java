package dev.sandjar;

import java.util.Optional;
import java.util.UUID;

/** {@link UUID#fromString} accepts {@code 1-1-1-1-1}; ids must have one spelling. */
final class CanonicalUuid {
    private CanonicalUuid() {}

    static Optional<UUID> parse(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }
}
