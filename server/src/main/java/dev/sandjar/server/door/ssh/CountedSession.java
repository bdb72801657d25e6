package dev.sandjar.server.door.ssh;

import dev.sandjar.server.limit.Shares;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/**
 * MINA's session, but that the memory it holds for the packet which is under way is counted: it lets a packet have 256 KiB, holds twice as much for it,
 * and keeps that until the connection ends.
 */
final class CountedSession extends ServerSessionImpl {
    private static final int UNCOUNTED = 64 * 1024; // of each connection; who has not logged in needs no more
    private static final int UNIT = 64 * 1024;
    private static final int WHOLE_REGIONS = 2; // which G1 takes for large arrays, so up to twice their size
    private static final Shares ROOM = new Shares((int) (Runtime.getRuntime().maxMemory() / 4 / UNIT));

    private final AtomicInteger units = new AtomicInteger(); // taken by this one
    private volatile String owner = "";
    private volatile boolean over;

    private CountedSession(ServerFactoryManager server, IoSession line) throws Exception {
        super(server, line);
    }

    @Override
    public void messageReceived(Readable bytes) throws Exception {
        super.messageReceived(bytes);
        int more = (WHOLE_REGIONS * decoderBuffer.capacity() - UNCOUNTED) / UNIT - units.get();
        if (decoderBuffer.capacity() > UNCOUNTED && more > 0 && isOpen()) {
            take(more);
        }
    }

    private void take(int more) throws IOException {
        if (!isAuthenticated()) {
            disconnect(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "log in before packets of that size");
        } else if (!taken(more)) {
            disconnect(
                    SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS,
                    "your connections hold as much as there is room for: close some");
        }
    }

    private boolean taken(int more) {
        owner = Guest.sandbox(this).info().owner();
        if (!ROOM.tryTake(owner, more)) {
            return false;
        }
        units.addAndGet(more);
        if (over) {
            giveBack();
        }
        return true;
    }

    private void giveBack() {
        int had = units.getAndSet(0);
        if (had > 0) {
            ROOM.giveBack(owner, had);
        }
    }

    @Override
    protected void preClose() {
        over = true;
        giveBack();
        super.preClose();
    }

    /** For MINA. */
    static final class Factory extends SessionFactory {
        Factory(ServerFactoryManager server) {
            super(server);
        }

        @Override
        protected CountedSession doCreateSession(IoSession line) throws Exception {
            return new CountedSession(getServer(), line);
        }
    }
}
