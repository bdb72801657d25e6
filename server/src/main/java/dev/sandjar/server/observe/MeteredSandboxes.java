package dev.sandjar.server.observe;

import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

/** Sandboxes whose creates and commands are counted and timed, whichever door they come through. */
public final class MeteredSandboxes implements Sandboxes {
    private final Sandboxes sandboxes;
    private final MeterRegistry meters;

    public MeteredSandboxes(Sandboxes sandboxes, MeterRegistry meters) {
        this.sandboxes = sandboxes;
        this.meters = meters;
    }

    /** One of them. */
    public static Sandbox metered(Sandbox sandbox, MeterRegistry meters) {
        return new MeteredSandbox(sandbox, meters);
    }

    /** As {@link Callable}, for what may be interrupted and throws nothing else. */
    private interface Create {
        Sandbox call() throws InterruptedException;
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws InterruptedException {
        return timed(() -> sandboxes.create(spec));
    }

    @Override
    public Sandbox create(SandboxSpec spec, String idempotencyKey) throws InterruptedException {
        return timed(() -> sandboxes.create(spec, idempotencyKey));
    }

    private Sandbox timed(Create create) throws InterruptedException {
        Timer.Sample start = Timer.start(meters);
        String outcome = "interrupted";
        try {
            Sandbox sandbox = new MeteredSandbox(create.call(), meters);
            outcome = "created";
            return sandbox;
        } catch (SandboxException e) {
            outcome = e.code().name().toLowerCase(Locale.ROOT);
            throw e;
        } finally {
            start.stop(meters.timer("sandjar.creates", "outcome", outcome));
        }
    }

    @Override
    public Sandbox get(SandboxId id) {
        return metered(sandboxes.get(id), meters);
    }

    @Override
    public SandboxPage list(Set<SandboxState> states, int offset, int limit) {
        return sandboxes.list(states, offset, limit);
    }

    @Override
    public Images images() {
        return sandboxes.images();
    }

    @Override
    public List<Finding> doctor() {
        return sandboxes.doctor();
    }

    @Override
    public void close() {
        sandboxes.close();
    }
}
