package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each owner has: those whose latest request was his, whatever became of it since: an answer that lasts, a WebSocket, a tunnel,
 * nothing. One that requests of several owners come by, as from a proxy, changes hands.
 */
final class OwnerConnections {
    private static final AttributeKey<Held> HELD = AttributeKey.valueOf(OwnerConnections.class, "held");

    private final int most;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    /** @param most of one owner at a time */
    OwnerConnections(int most) {
        this.most = most;
    }

    /**
     * The connection is this owner's from now on, until it ends.
     *
     * @throws SandboxException {@code RATE_LIMITED} when he has as many as he may; then it stays whose it was
     */
    void take(Channel connection, String owner) {
        if (!held(connection).passTo(owner)) {
            throw new SandboxException(
                    ErrorCode.RATE_LIMITED,
                    "you have " + most + " connections to this server, as many as one owner may have",
                    "close some of them, or have the operator raise sandjar.limits.connections-per-owner",
                    null);
        }
    }

    private Held held(Channel connection) {
        @Nullable Held known = connection.attr(HELD).get();
        if (known != null) {
            return known;
        }
        var fresh = new Held(); // requests of a connection come one after another
        connection.attr(HELD).set(fresh);
        connection.closeFuture().addListener(_ -> fresh.end());
        return fresh;
    }

    private boolean add(String owner) {
        if (counts.merge(owner, 1, Integer::sum) <= most) {
            return true;
        }
        remove(owner);
        return false;
    }

    private void remove(String owner) {
        counts.computeIfPresent(owner, (_, count) -> count == 1 ? null : count - 1);
    }

    /** One connection, and whose it is. */
    private final class Held {
        private @Nullable String owner; // guarded by this, as all below
        private boolean ended;

        synchronized boolean passTo(String next) {
            if (ended || next.equals(owner)) {
                return true;
            }
            if (!add(next)) {
                return false;
            }
            letGo();
            owner = next;
            return true;
        }

        synchronized void end() {
            ended = true;
            letGo();
        }

        private void letGo() {
            if (owner != null) {
                remove(owner);
                owner = null;
            }
        }
    }
}
