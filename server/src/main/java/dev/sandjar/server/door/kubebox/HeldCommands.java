package dev.sandjar.server.door.kubebox;

import dev.sandjar.CommandId;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxId;
import dev.sandjar.server.limit.Shares;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/** Who follows which command. Where the last one was cut, its journal is held for one that comes back soon, so that nothing is forgotten in between. */
final class HeldCommands {
    private static final long SOON = 60_000; // ms
    private static final int MOST = 200; // of all owners; for the next one that is cut nothing is held

    private record Key(SandboxId sandbox, CommandId command) {}

    private record Held(String owner, RunningCommand command, long timer) {}

    private final Vertx vertx;
    private final Shares room = new Shares(MOST);
    private final Map<Key, Integer> followers = new HashMap<>(); // how many; this guards it and what follows
    private final Map<Key, Held> held = new HashMap<>();

    HeldCommands(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Somebody follows it, and holds it where that is needed. */
    void follow(SandboxId sandbox, CommandId command) {
        var key = new Key(sandbox, command);
        Held before;
        synchronized (followers) {
            followers.merge(key, 1, Integer::sum);
            before = held.remove(key);
        }
        if (before != null) {
            vertx.cancelTimer(before.timer);
            letGo(before);
        }
    }

    /**
     * Somebody follows it no more; it is closed, now or later.
     *
     * @param owner in whose share it is held
     * @param cut whether somebody may come back for it
     */
    void leave(String owner, SandboxId sandbox, RunningCommand command, boolean cut) {
        var key = new Key(sandbox, command.id());
        synchronized (followers) {
            boolean last = followers.merge(key, -1, (count, one) -> count + one == 0 ? null : count + one) == null;
            if (last && cut && room.tryTake(owner, 1)) {
                long timer = vertx.setTimer(
                        SOON,
                        number -> Thread.ofVirtual().name("kubebox-forgotten").start(() -> forget(key, number)));
                held.put(key, new Held(owner, command, timer));
                return;
            }
        }
        command.close();
    }

    private void forget(Key key, long timer) {
        Held one;
        synchronized (followers) {
            one = held.get(key);
            if (one == null || one.timer != timer) {
                return; // somebody came for it
            }
            held.remove(key);
        }
        letGo(one);
    }

    private void letGo(Held one) {
        room.giveBack(one.owner, 1);
        one.command.close();
    }
}
