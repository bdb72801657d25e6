package dev.sandjar.server.door.stream;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxId;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.limit.Shares;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Sessions by what their clients call them. A client that was cut may come back: what it did not say that it has is held in the sandbox meanwhile. */
final class StreamSessions {
    private static final long REMEMBERED = 60_000; // ms; longer than a client tries
    private static final int MOST_AWAY = 400; // clients of all owners; for the next one that is cut nothing is held

    private final Vertx vertx;
    private final RateLimits limits;
    private final Shares away = new Shares(MOST_AWAY);
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Map<Key, Known> sessions = new HashMap<>();

    private record Key(String owner, SandboxId sandbox, String name) {}

    private static final class Known {
        private final StreamSession session;
        private int connections; // one, or two when a client has come back before its cut was noticed
        private long timer;
        private boolean away;

        Known(StreamSession session) {
            this.session = session;
        }
    }

    StreamSessions(Vertx vertx, RateLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /** Serves a connection until it ends. */
    void serve(StreamSocket socket, Sandbox sandbox, String owner, Optional<String> name) throws InterruptedException {
        if (name.isEmpty()) {
            try (var session = new StreamSession(sandbox, owner, limits)) {
                session.serve(socket);
            }
            return;
        }
        var key = new Key(owner, sandbox.id(), name.get());
        Known known = enter(key, sandbox);
        try {
            known.session.serve(socket);
        } finally {
            leave(key, known);
        }
    }

    private Known enter(Key key, Sandbox sandbox) {
        lock.lock();
        try {
            Known known = sessions.computeIfAbsent(key, _ -> new Known(new StreamSession(sandbox, key.owner, limits)));
            known.connections++;
            if (known.away) {
                vertx.cancelTimer(known.timer);
                known.away = false;
                away.giveBack(key.owner, 1);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Key key, Known known) {
        lock.lock();
        try {
            if (--known.connections > 0) {
                return;
            }
            if (!known.session.isEmpty() && away.tryTake(key.owner, 1)) {
                known.away = true;
                known.timer = vertx.setTimer(REMEMBERED, _ -> forget(key, known));
                return;
            }
            sessions.remove(key);
        } finally {
            lock.unlock();
        }
        known.session.close();
    }

    private void forget(Key key, Known known) {
        lock.lock();
        try {
            if (!known.away) {
                return; // it came back just now
            }
            known.away = false;
            away.giveBack(key.owner, 1);
            sessions.remove(key);
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("stream-forgotten").start(known.session::close);
    }
}
