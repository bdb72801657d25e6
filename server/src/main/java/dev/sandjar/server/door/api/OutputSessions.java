package dev.sandjar.server.door.api;

import dev.sandjar.CommandId;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.Specs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code /output} for clients that come back. No output is kept here: an {@link OutputSession} has the agent's journal hold what its client
 * does not have yet, and after a cut the next one reads it again from there.
 */
final class OutputSessions {
    private static final long REMEMBERED = 60_000; // ms; longer than a client tries
    private static final int MOST_AWAY = 200; // clients; beyond that nothing is held for the next one that is cut

    /** What a client calls one way through the output. */
    private record Key(SandboxId sandbox, CommandId command, String session) {}

    private final Vertx vertx;
    private final ConcurrentHashMap<Key, OutputSession> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger away = new AtomicInteger();

    OutputSessions(Vertx vertx) {
        this.vertx = vertx;
    }

    /** {@code PUT …/commands/{command}?session=…}: starts it, and answers with its output. */
    void start(ApiCall call) throws IOException, InterruptedException {
        if (call.query("session").isEmpty()) {
            CommandCalls.start(call);
            return;
        }
        RunningCommand command = call.sandbox().start(Specs.command(call.json()), call.commandId());
        var session = new OutputSession(command, 0);
        Key key = key(call);
        if (sessions.putIfAbsent(key, session) == null) {
            serve(key, session, () -> session.respond(call));
        } else {
            session.close(); // this client was cut, and has come back already
            call.cut();
        }
    }

    /** {@code GET …/output?session=…}, upgraded or not. */
    void follow(ApiCall call) throws IOException, InterruptedException {
        if (call.query("session").isEmpty()) {
            CommandCalls.output(call);
            return;
        }
        Key key = key(call);
        var session = new OutputSession(call.command(), call.whole("offset", 0));
        try {
            session.hold(); // only then the one before may let go of the journal
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
        OutputSession before = sessions.put(key, session);
        if (before != null) {
            before.close();
        }
        serve(key, session, () -> {
            if (call.wantsUpgrade()) {
                session.exchange(call);
            } else {
                session.respond(call);
            }
        });
    }

    /** {@code DELETE …/output?session=…}: its client wants no more. */
    void letGo(ApiCall call) {
        OutputSession session = sessions.remove(key(call));
        if (session != null) {
            session.close();
        }
        call.done();
    }

    private static Key key(ApiCall call) {
        return new Key(call.sandbox().id(), call.commandId(), call.needed("session"));
    }

    private interface Serving {
        void serve() throws IOException, InterruptedException;
    }

    private void serve(Key key, OutputSession session, Serving serving) throws IOException, InterruptedException {
        try {
            serving.serve();
        } finally {
            if (session.isDone()) {
                drop(key, session);
            } else {
                sessions.computeIfPresent(key, (_, current) -> {
                    if (current == session) {
                        remember(key, session);
                    }
                    return current;
                });
            }
        }
    }

    private void remember(Key key, OutputSession session) {
        long end = away.incrementAndGet() > MOST_AWAY ? 1 : REMEMBERED;
        long timer = vertx.setTimer(
                end, _ -> Thread.ofVirtual().name("output-forgotten").start(() -> drop(key, session)));
        session.whenClosed(() -> {
            vertx.cancelTimer(timer);
            away.decrementAndGet();
        });
    }

    private void drop(Key key, OutputSession session) {
        sessions.remove(key, session);
        session.close();
    }
}
