package dev.sandjar.server.door.kubebox;

import dev.sandjar.CommandId;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxId;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/** Commands whose reader was cut: their journals are held for one that comes back soon, so that nothing is forgotten in between. */
final class HeldCommands {
    private static final long SOON = 60_000; // ms
    private static final int MOST = 200; // beyond that nothing is held for the next one that is cut

    private record Key(SandboxId sandbox, CommandId command) {}

    private final Vertx vertx;
    private final Map<Key, RunningCommand> held = new HashMap<>(); // guarded by itself

    HeldCommands(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Until somebody comes back for it, or a minute. */
    void hold(SandboxId sandbox, RunningCommand command) {
        var key = new Key(sandbox, command.id());
        RunningCommand other;
        synchronized (held) {
            other = held.size() < MOST ? held.put(key, command) : command;
        }
        if (other != null) {
            other.close();
        }
        vertx.setTimer(SOON, _ -> Thread.ofVirtual().name("kubebox-forgotten").start(() -> release(key, command)));
    }

    /** Somebody else holds it now. */
    void release(SandboxId sandbox, CommandId command) {
        var key = new Key(sandbox, command);
        RunningCommand there;
        synchronized (held) {
            there = held.get(key);
        }
        if (there != null) {
            release(key, there);
        }
    }

    private void release(Key key, RunningCommand command) {
        boolean was;
        synchronized (held) {
            was = held.remove(key, command);
        }
        if (was) {
            command.close();
        }
    }
}
