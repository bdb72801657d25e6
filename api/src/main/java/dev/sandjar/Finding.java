package dev.sandjar;

/**
 * One thing that a place was asked about itself: can it enforce this?
 *
 * @param code stable name, such as {@code memory-limits}
 * @param level how it stands
 * @param seen what was seen
 * @param remedy what to do or to type; empty when all is well
 */
public record Finding(String code, Level level, String seen, String remedy) {
    /** How it stands. */
    public enum Level {
        /** Enforced. */
        GOOD,
        /** Works, but with weaker isolation or limits; sandboxes say so. */
        WEAK,
        /** No sandbox can be made. */
        BROKEN
    }
}
