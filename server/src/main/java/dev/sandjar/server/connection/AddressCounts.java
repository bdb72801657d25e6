package dev.sandjar.server.connection;

import dev.sandjar.server.auth.Addresses;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How many connections each remote address has. */
final class AddressCounts {
    private final int most;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    AddressCounts(int most) {
        this.most = most;
    }

    /** Counts one more, and tells whether it may stay; to be taken back either way. */
    boolean add(@Nullable SocketAddress remote) {
        return !(remote instanceof InetSocketAddress at)
                || counts.merge(Addresses.of(at.getAddress()), 1, Integer::sum) <= most;
    }

    void remove(@Nullable SocketAddress remote) {
        if (remote instanceof InetSocketAddress at) {
            counts.computeIfPresent(Addresses.of(at.getAddress()), (_, count) -> count == 1 ? null : count - 1);
        }
    }
}
