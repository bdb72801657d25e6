package dev.sandjar.server.door.api;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * {@code /stdin}: standard input of commands. How much of it was taken must outlive a cut, or a client could not know from where to send
 * again; so each is remembered for a while.
 */
final class StdinSessions {
    private static final long REMEMBERED = 60_000; // ms; longer than a client tries

    /** What a client calls one input. */
    private record Key(SandboxId sandbox, CommandId command, String session) {}

    private final Vertx vertx;
    private final ConcurrentHashMap<Key, Session> sessions = new ConcurrentHashMap<>();

    StdinSessions(Vertx vertx) {
        this.vertx = vertx;
    }

    /** One input, served by one tunnel at a time. */
    private static final class Session {
        private final RunningCommand command;
        private final OutputStream to;
        private final ReentrantLock lock = new ReentrantLock(); // guards taken, over; held while a tunnel is served
        private volatile @Nullable Tunnel tunnel;
        private final AtomicInteger turn = new AtomicInteger();
        private long taken;
        private boolean over;

        Session(RunningCommand command) {
            this.command = command;
            this.to = command.stdin();
        }
    }

    void serve(ApiCall call) throws IOException, InterruptedException {
        if (!call.wantsUpgrade()) {
            throw SandboxException.invalid("Upgrade", "missing", "what docs/http-api.md lists for this path");
        }
        var key = new Key(call.sandbox().id(), call.commandId(), call.needed("session"));
        Session session = sessions.get(key);
        if (session == null) {
            if (call.whole("taken", 0) > 0) {
                throw forgotten();
            }
            session = open(call, key);
        }
        Tunnel before = session.tunnel;
        if (before != null) {
            before.close(); // the client comes anew, so that one is dead whatever it looks like
        }
        try (Tunnel tunnel = call.upgrade()) {
            session.lock.lockInterruptibly();
            try {
                session.tunnel = tunnel;
                session.turn.incrementAndGet();
                serve(session, tunnel);
            } finally {
                session.lock.unlock();
            }
        } finally { // also when there is no upgrade, or the thread is interrupted
            if (session.over) {
                forget(key, session);
            } else {
                forgetLater(key, session, session.turn.get());
            }
        }
    }

    private Session open(ApiCall call, Key key) {
        RunningCommand command = call.command();
        try {
            var session = new Session(command);
            Session faster = sessions.putIfAbsent(key, session);
            if (faster != null) {
                command.close();
                return faster;
            }
            return session;
        } catch (RuntimeException e) {
            command.close();
            throw e;
        }
    }

    private static SandboxException forgotten() {
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                "standard input was cut, and how much of it was taken is no longer known",
                "start the command again",
                null);
    }

    private static void serve(Session session, Tunnel tunnel) throws InterruptedException {
        try {
            tunnel.send(new Frame.Taken(session.taken));
            while (!session.over) {
                step(session, tunnel);
            }
        } catch (MalformedFrameException e) {
            session.command.close(); // the input is free for a client that knows the rules
            session.over = true;
        } catch (IOException cut) {
            // the client comes back, or is forgotten
        }
    }

    private static void step(Session session, Tunnel tunnel) throws IOException, InterruptedException {
        switch (tunnel.receive()) {
            case Frame.Data(ByteBuffer bytes) -> {
                byte[] piece = new byte[bytes.remaining()];
                bytes.get(piece);
                try {
                    session.to.write(piece);
                } catch (IOException e) {
                    session.over = true;
                    tunnel.send(new Frame.Failed(refused(e)));
                    return;
                }
                session.taken += piece.length;
                tunnel.send(new Frame.Taken(session.taken));
            }
            case Frame.End _ -> {
                session.to.close();
                session.over = true;
                tunnel.send(new Frame.End());
            }
            case Frame.LetGo letGo -> {
                session.command.close();
                session.over = true;
                tunnel.send(letGo);
            }
            default -> throw tunnel.refuse("a frame that standard input does not have");
        }
    }

    private static SandboxException refused(IOException e) {
        return e.getCause() instanceof SandboxException why
                ? why
                : new SandboxException(
                        ErrorCode.INVALID_STATE,
                        "standard input takes no more: its reader has ended",
                        "look how the command ended",
                        e);
    }

    /** Letting go of the command now could overtake its end of input; its channel ends by itself. */
    private void forget(Key key, Session session) {
        sessions.remove(key, session);
    }

    private void forgetLater(Key key, Session session, int turn) {
        vertx.setTimer(REMEMBERED, _ -> {
            if (session.turn.get() == turn && sessions.remove(key, session)) {
                Thread.ofVirtual().name("stdin-forgotten").start(session.command::close);
            }
        });
    }
}
