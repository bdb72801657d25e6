package dev.sandjar.server.door.ssh;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Shares;
import java.util.concurrent.atomic.AtomicBoolean;

/** The room of a connection that nobody has logged in on yet; given back once, at the login or the end. */
final class LoginSlot implements AutoCloseable {
    private static final int MOST = 512;

    private final AtomicBoolean gone = new AtomicBoolean();
    private final Runnable giveBack;

    private LoginSlot(Runnable giveBack) {
        this.giveBack = giveBack;
    }

    /** For all connections of one way in: whoever comes by the port takes no room from tunnels, which have shown a token. */
    static Shares room() {
        return new Shares(MOST);
    }

    /**
     * Room for one more.
     *
     * @param of whose; no one of them can take the others' room
     * @throws SandboxException {@code RATE_LIMITED}
     */
    static LoginSlot take(Shares room, String of) {
        if (!room.tryTake(of, 1)) {
            throw new SandboxException(
                    ErrorCode.RATE_LIMITED,
                    "too many connections that nobody has logged in on yet",
                    "log in on those that are open, or close them",
                    null);
        }
        return new LoginSlot(() -> room.giveBack(of, 1));
    }

    @Override
    public void close() {
        if (!gone.getAndSet(true)) {
            giveBack.run();
        }
    }
}
