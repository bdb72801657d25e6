package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a sandbox alive for as long as this process is: its lifetime is short and renewed again and again. So a command may run for longer
 * than any lifetime, and after {@code kill -9} of this process its sandbox is gone in minutes.
 */
final class Lease implements AutoCloseable {
    static final Duration LENGTH = Duration.ofMinutes(10);

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lease")::unstarted);

    private Lease() {}

    static Lease keep(Sandbox sandbox) {
        var lease = new Lease();
        long every = LENGTH.dividedBy(4).toMillis();
        lease.clock.scheduleAtFixedRate(() -> renew(sandbox), every, every, TimeUnit.MILLISECONDS);
        return lease;
    }

    private static void renew(Sandbox sandbox) {
        try {
            sandbox.renew(LENGTH);
        } catch (SandboxException later) {
            // the next try comes before it ends; when the sandbox is gone, its command says so
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
