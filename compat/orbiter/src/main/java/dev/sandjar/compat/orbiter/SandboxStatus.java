package dev.sandjar.compat.orbiter;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where a sandbox is in its life. */
public enum SandboxStatus {
    /** Described, and nothing of it made yet. */
    INIT,
    /** It is there, and tools can be called. */
    RUNNING,
    /** Stopped: nothing of it is left, and it may be started again under the same names. */
    IDLE,
    /** It could not be started, or was lost; nothing of it is left. It may be started again. */
    ERROR,
    /** Gone for good. */
    CLOSED;

    /**
     * The state as orbiter spells it.
     *
     * @return the name in lower case
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A failed start leads to {@code ERROR} from wherever it began; nobody asks for that. */
    private Set<SandboxStatus> next() {
        return switch (this) {
            case INIT, ERROR -> EnumSet.of(RUNNING, CLOSED);
            case RUNNING -> EnumSet.of(IDLE, ERROR, CLOSED);
            case IDLE -> EnumSet.of(RUNNING, ERROR, CLOSED);
            case CLOSED -> EnumSet.noneOf(SandboxStatus.class);
        };
    }

    /** @throws SandboxError where there is no way from here to there */
    void requireWayTo(SandboxStatus wanted) {
        if (!next().contains(wanted)) {
            throw new SandboxError("Cannot transition from " + word() + " to " + wanted.word());
        }
    }
}
