package dev.sandjar.compat.kubebox;

/** Whether a command runs. */
public enum Status {
    /** It does. */
    RUNNING,
    /** It has ended. */
    ENDED,
    /** The server knows of no such process, or of none any more. */
    UNKNOWN
}
