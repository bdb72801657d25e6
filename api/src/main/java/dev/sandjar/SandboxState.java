package dev.sandjar;

import java.util.Locale;

/** Where a sandbox is in its life. */
public enum SandboxState {
    /** Being made. */
    PENDING,
    /** Its agent answers. */
    RUNNING,
    /** Frozen, and its processes are kept; or stopped, and only its workspace is, which its info says. */
    PAUSED,
    /** Being removed. */
    STOPPING,
    /** Removed: deleted or expired. */
    TERMINATED,
    /** Dead by accident; its info says why. Only deleting it is possible. */
    FAILED;

    /**
     * The state as doors spell it.
     *
     * @return the name in lower case
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
