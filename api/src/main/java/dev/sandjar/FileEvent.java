package dev.sandjar;

/**
 * A change below a watched folder.
 *
 * @param kind what happened
 * @param path of what it happened to, relative to the watched folder; empty for the folder itself and for {@code OVERFLOW}
 */
public record FileEvent(Kind kind, String path) {
    /** What happened. */
    public enum Kind {
        /** It is new, or was moved here. */
        CREATED,
        /** Its content or attributes changed. */
        MODIFIED,
        /** It is gone, or was moved away. */
        REMOVED,
        /** There were more changes than could be told: look for yourself. */
        OVERFLOW
    }
}
