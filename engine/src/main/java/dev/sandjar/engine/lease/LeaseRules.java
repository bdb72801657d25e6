package dev.sandjar.engine.lease;

import java.time.Instant;

/** The rule by which sandboxes end. Pure. */
public final class LeaseRules {
    private LeaseRules() {}

    /** A frozen sandbox is not idle, nor is one in use: their idle clock stands still. */
    public static Verdict judge(Lease lease, Instant now) {
        if (!now.isBefore(lease.expiresAt())) {
            return new Verdict.Reap("its lifetime ended at " + lease.expiresAt());
        }
        if (lease.idleLimit().isEmpty()) {
            return new Verdict.KeepUntil(lease.expiresAt());
        }
        var limit = lease.idleLimit().get();
        Instant idleEnd = (lease.frozen() || lease.inUse() ? now : lease.lastActivity()).plus(limit);
        if (!now.isBefore(idleEnd)) {
            return new Verdict.Reap("it was idle for " + limit.toSeconds() + " seconds");
        }
        return new Verdict.KeepUntil(idleEnd.isBefore(lease.expiresAt()) ? idleEnd : lease.expiresAt());
    }
}
