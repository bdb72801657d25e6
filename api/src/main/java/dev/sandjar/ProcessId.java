package dev.sandjar;

import java.time.Instant;

/**
 * A process within its sandbox. Its number alone would name another one, once the kernel has given that number away again.
 *
 * @param pid its number as programs in the sandbox see it; 1 or more
 * @param startedAt when it started, in steps of 10 ms by the sandbox's clock; stays the same when that clock is set
 */
public record ProcessId(int pid, Instant startedAt) {
    /** Checks the range. */
    public ProcessId {
        if (pid < 1) {
            throw SandboxException.invalid("pid", pid, "1 or more");
        }
    }
}
