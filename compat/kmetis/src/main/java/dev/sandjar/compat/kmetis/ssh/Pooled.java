package dev.sandjar.compat.kmetis.ssh;

import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.session.ClientSession;

/** One connection of the pool, or one that is being made; its fields are guarded by the pool's lock. */
final class Pooled {
    /** OpenSSH allows ten sessions on one connection unless it is told otherwise; two are left for killing. */
    private static final int MOST_USERS = 8;

    final SshTarget target;
    final CompletableFuture<ClientSession> session = new CompletableFuture<>();
    int users;
    long lastUsed = System.nanoTime();

    Pooled(SshTarget target) {
        this.target = target;
    }

    boolean serves(SshTarget wanted) {
        return users < MOST_USERS && target.equals(wanted) && (!session.isDone() || isOpen());
    }

    private boolean isOpen() {
        return !session.isCompletedExceptionally() && session.join().isOpen();
    }

    boolean idleFor(long nanos, long now) {
        return users == 0 && now - lastUsed >= nanos;
    }

    /** Also when it is only being made. */
    void close() {
        session.thenAccept(open -> open.close(true));
    }
}
