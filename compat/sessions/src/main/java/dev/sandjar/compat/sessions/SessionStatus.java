package dev.sandjar.compat.sessions;

/** Where a session is in its life. One that has ended is not found any more. */
public enum SessionStatus {
    /** Commands run. */
    RUNNING,
    /** Its processes stand still, and take no commands, until it is resumed. */
    PAUSED
}
