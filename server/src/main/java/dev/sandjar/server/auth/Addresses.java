package dev.sandjar.server.auth;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Where requests come from, for counting. */
public final class Addresses {
    private Addresses() {}

    /** The peer's; empty when it has none, as over a Unix socket. */
    public static String of(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        return remote == null || remote.hostAddress() == null ? "" : remote.hostAddress();
    }
}
