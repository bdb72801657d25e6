package dev.sandjar;

import java.time.Instant;

/**
 * A process within its sandbox. Its number alone would name another one, once the kernel has given that number away again.
 *
 * @param pid its number as programs in the sandbox see it; 1 or more
 * @param startedAt when it started, in steps of 10 ms by the sandbox's clock; stays the same when that clock is set
 */
public record ProcessId(int pid, Instant startedAt) {
    private static final Instant FIRST = Instant.ofEpochMilli(Long.MIN_VALUE);
    private static final Instant LAST = Instant.ofEpochMilli(Long.MAX_VALUE);

    /** Checks the ranges. */
    public ProcessId {
        if (pid < 1) {
            throw SandboxException.invalid("pid", pid, "1 or more");
        }
        if (startedAt.isBefore(FIRST) || startedAt.isAfter(LAST)) {
            throw SandboxException.invalid("startedAt", startedAt, "what the list of processes tells");
        }
    }
}
