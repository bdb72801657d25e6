package dev.sandjar.server.door.api;

import dev.sandjar.CommandId;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import dev.sandjar.wire.Specs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code /output} for clients that come back: while one is away its output is held for it. A response carries as much as may be kept for
 * everybody, and then ends; on an upgraded connection the client says what it has taken, and output flows without end.
 */
final class OutputSessions {
    private static final long REMEMBERED = 60_000; // ms; longer than a client tries
    private static final int MOST_ABANDONED =
            256; // sessions without a connection; beyond that the next one is not held

    /** What a client calls one way through the output. */
    private record Key(SandboxId sandbox, CommandId command, String session) {}

    private final Vertx vertx;
    private final ConcurrentHashMap<Key, OutputSession> sessions = new ConcurrentHashMap<>();
    private final AtomicLong keptByAll = new AtomicLong();
    private final AtomicInteger abandoned = new AtomicInteger();

    OutputSessions(Vertx vertx) {
        this.vertx = vertx;
    }

    /** {@code PUT …/commands/{command}?session=…}: starts it, and answers with its output. */
    void start(ApiCall call) throws InterruptedException {
        if (call.query("session").isEmpty()) {
            CommandCalls.start(call);
            return;
        }
        RunningCommand command = call.sandbox().start(Specs.command(call.json()), call.commandId());
        Key key = key(call);
        OutputSession session = open(command, 0);
        if (sessions.putIfAbsent(key, session) == null) {
            respond(call, key, session, 0, false);
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
        long offset = call.whole("offset", 0);
        Key key = key(call);
        OutputSession session = sessions.get(key);
        if (session == null || !session.has(offset)) {
            session = open(call.command(), offset);
            OutputSession before = sessions.put(key, session);
            if (before != null) {
                before.close(); // the new one holds the journal already
            }
        }
        if (call.wantsUpgrade()) {
            tunnel(call, key, session, offset);
        } else {
            respond(call, key, session, offset, true);
        }
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

    private OutputSession open(RunningCommand command, long offset) {
        try {
            return new OutputSession(command, offset, keptByAll);
        } catch (RuntimeException e) {
            command.close();
            throw e;
        }
    }

    private void respond(ApiCall call, Key key, OutputSession session, long offset, boolean atOnce)
            throws InterruptedException {
        var response = new Response(call);
        if (atOnce) {
            response.sink.offer(new Frame.Heartbeat()); // the client waits to hear that it follows
        }
        call.whenGone(response.over::countDown);
        session.join(response, offset);
        try {
            response.over.await();
        } finally {
            left(key, session, response);
        }
    }

    private void tunnel(ApiCall call, Key key, OutputSession session, long offset)
            throws IOException, InterruptedException {
        try (Tunnel tunnel = call.upgrade()) {
            var reader = new Upgraded(tunnel);
            session.join(reader, offset);
            try {
                while (!session.isDone()) {
                    if (!(tunnel.receive() instanceof Frame.Taken(long position))) {
                        throw new MalformedFrameException("a frame that a reader of output does not have");
                    }
                    session.taken(position);
                }
            } catch (IOException cut) {
                // the client comes back, or is forgotten
            } finally {
                left(key, session, reader);
            }
        }
    }

    private void left(Key key, OutputSession session, OutputSession.Reader reader) {
        long timer = vertx.setTimer(REMEMBERED, _ -> drop(key, session));
        if (!session.leave(reader, () -> back(timer))) {
            vertx.cancelTimer(timer);
        } else if (abandoned.incrementAndGet() > MOST_ABANDONED || session.isDone()) {
            drop(key, session);
        }
    }

    private void back(long timer) {
        vertx.cancelTimer(timer);
        abandoned.decrementAndGet();
    }

    private void drop(Key key, OutputSession session) {
        if (session.closeIfAway()) {
            sessions.remove(key, session);
        }
    }

    /** A response: it carries so much, and no word comes back. */
    private record Response(ApiCall call, FrameSink sink, CountDownLatch over) implements OutputSession.Reader {
        Response(ApiCall call) {
            this(call, call.heldFrames(), new CountDownLatch(1));
        }

        @Override
        public void tell(Frame.Told frame) {
            sink.offer(frame);
        }

        @Override
        public boolean takes() {
            return false;
        }

        @Override
        public void end(Frame last) {
            call.last(last);
            over.countDown();
        }

        @Override
        public void cut() {
            call.cut();
            over.countDown();
        }
    }

    /** An upgraded connection, on which the client says what it has taken. */
    private record Upgraded(Tunnel tunnel) implements OutputSession.Reader {
        @Override
        public void tell(Frame.Told frame) {
            tunnel.offer(frame);
        }

        @Override
        public boolean takes() {
            return true;
        }

        @Override
        public void end(Frame last) {
            tunnel.offer(last);
        }

        @Override
        public void cut() {
            tunnel.close();
        }
    }
}
