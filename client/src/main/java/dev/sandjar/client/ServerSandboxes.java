package dev.sandjar.client;

import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A server as the caller of its token sees it. */
final class ServerSandboxes implements Sandboxes {
    /** How long an interrupted create waits for its remains to be gone. */
    private static final Duration UNDO = Duration.ofSeconds(5);

    private final Server server;
    private final Images images;

    ServerSandboxes(Server server) {
        this.server = server;
        this.images = new ServerImages(server);
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws InterruptedException {
        String key = UUID.randomUUID().toString(); // so that a repetition after a cut makes no second one
        try {
            return make(spec, key);
        } catch (InterruptedException e) {
            undo(spec, key);
            throw e;
        }
    }

    @Override
    public Sandbox create(SandboxSpec spec, String idempotencyKey) throws InterruptedException {
        return make(spec, idempotencyKey);
    }

    private ServerSandbox make(SandboxSpec spec, String key) throws InterruptedException {
        Call call = Call.post(Target.of("v1", "api", "sandboxes"), Specs.write(spec))
                .with("Idempotency-Key", key)
                .again();
        try {
            SandboxInfo info = server.ask(call, Infos::sandbox);
            return new ServerSandbox(server, info.id(), true);
        } catch (SandboxException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while the server made a sandbox");
            }
            throw e;
        }
    }

    /** The server may have made it before it saw the cut: the key finds it, if need be by making it. */
    private void undo(SandboxSpec spec, String key) throws InterruptedException {
        Thread.ofVirtual()
                .name("undo-create")
                .start(() -> {
                    try {
                        make(spec, key).delete();
                    } catch (SandboxException | InterruptedException e) {
                        // it is not there, or its lease ends it
                    }
                })
                .join(UNDO);
    }

    @Override
    public Sandbox get(SandboxId id) {
        var sandbox = new ServerSandbox(server, id, false);
        sandbox.info();
        return sandbox;
    }

    @Override
    public SandboxPage list(Set<SandboxState> states, int offset, int limit) {
        Target target = Target.of("v1", "api", "sandboxes")
                .with("state", Infos.write(states))
                .with("offset", offset)
                .with("limit", limit);
        return server.ask(Call.get(target), Infos::page);
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public List<Finding> doctor() {
        return server.ask(Call.get(Target.of("v1", "api", "doctor")), json -> Json.list(json, Infos::finding));
    }

    @Override
    public void close() {
        server.close();
    }
}
