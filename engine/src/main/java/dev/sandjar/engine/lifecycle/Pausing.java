package dev.sandjar.engine.lifecycle;

import dev.sandjar.SandboxState;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.Transitions.Change;
import dev.sandjar.runtime.Capability;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxRuntime;
import java.time.Duration;

/** How sandboxes stand still and go on: frozen with their processes, or stopped with their workspace alone. */
public final class Pausing {
    static final String STOPPED = "it was stopped: only its workspace is kept";

    private final SandboxRuntime runtime;
    private final Duration createLimit;
    private final Duration agentLimit;
    private final Duration destroyLimit;

    public Pausing(SandboxRuntime runtime, Duration createLimit, Duration agentLimit, Duration destroyLimit) {
        this.runtime = runtime;
        this.createLimit = createLimit;
        this.agentLimit = agentLimit;
        this.destroyLimit = destroyLimit;
    }

    public void pause(LiveSandbox sandbox) throws InterruptedException {
        sandbox.changing.lockInterruptibly();
        try {
            sandbox.require(SandboxState.RUNNING);
            // it must know before it stands still: when it wakes, it would end by a lease that was renewed meanwhile,
            // or find itself idle
            sandbox.agent().call(Requests.lease(Duration.ZERO, Duration.ZERO));
            freeze(sandbox);
        } finally {
            sandbox.changing.unlock();
        }
    }

    private void freeze(LiveSandbox sandbox) throws InterruptedException {
        boolean frozen = false;
        try {
            runtime.freeze(sandbox.id(), Deadline.in("agent", agentLimit));
            frozen = sandbox.change(Change.FREEZE, null);
        } finally {
            if (!frozen) {
                sandbox.setLease();
            }
        }
    }

    /** Its link is cut on the way, which only means "look": what is seen then is that it is stopped. */
    public void stop(LiveSandbox sandbox) throws InterruptedException {
        sandbox.changing.lockInterruptibly();
        try {
            if (runtime.capabilities()
                    .contains(Capability.STOP)) { // elsewhere no state would do, and the runtime says so
                sandbox.require(SandboxState.RUNNING);
            }
            runtime.stop(sandbox.id(), Deadline.in("destroy", destroyLimit));
            sandbox.change(Change.FREEZE, STOPPED);
        } finally {
            sandbox.changing.unlock();
        }
    }

    public void resume(LiveSandbox sandbox) throws InterruptedException {
        sandbox.changing.lockInterruptibly();
        try {
            sandbox.require(SandboxState.PAUSED);
            if (isStopped(sandbox)) {
                runtime.start(sandbox.id(), sandbox.record().spec(), Deadline.in("create", createLimit));
            } else {
                runtime.thaw(sandbox.id(), Deadline.in("agent", agentLimit));
            }
            sandbox.change(Change.THAW, null);
            sandbox.require(SandboxState.RUNNING);
            sandbox.setLease();
        } finally {
            sandbox.changing.unlock();
        }
    }

    private boolean isStopped(LiveSandbox sandbox) {
        return runtime.find(sandbox.id())
                .filter(seen -> seen.status() == Placement.Status.STOPPED)
                .isPresent();
    }
}
