package dev.sandjar.engine;

import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A place as one owner sees it. */
class OwnedSandboxes implements Sandboxes {
    private final Engine engine;
    private final String owner;

    OwnedSandboxes(Engine engine, String owner) {
        this.engine = engine;
        this.owner = owner;
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws InterruptedException {
        return new EngineSandbox(engine, engine.create(owner, spec, Optional.empty()), true);
    }

    @Override
    public Sandbox create(SandboxSpec spec, String idempotencyKey) throws InterruptedException {
        return new EngineSandbox(engine, engine.create(owner, spec, Optional.of(idempotencyKey)), true);
    }

    @Override
    public Sandbox get(SandboxId id) {
        return engine.find(owner, id)
                .map(sandbox -> new EngineSandbox(engine, sandbox, false))
                .orElseThrow(() -> SandboxException.sandboxNotFound(id));
    }

    @Override
    public SandboxPage list(Set<SandboxState> states, int offset, int limit) {
        if (states.isEmpty()) {
            throw SandboxException.invalid("state", "none", "at least one");
        }
        if (offset < 0) {
            throw SandboxException.invalid("offset", offset, "0 or more");
        }
        if (limit < 1 || limit > 100) {
            throw SandboxException.invalid("limit", limit, "1 to 100");
        }
        engine.lookAtPlace();
        return engine.registry().page(owner, states, offset, limit);
    }

    @Override
    public Images images() {
        return engine.config().operator(owner) ? engine.images() : new SharedImages(engine.images());
    }

    @Override
    public List<Finding> doctor() {
        engine.requireOperator(owner, "looking at the machine");
        return engine.doctor();
    }

    /** The engine is its opener's to close. */
    @Override
    public void close() {}
}
