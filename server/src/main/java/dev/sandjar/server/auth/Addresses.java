package dev.sandjar.server.auth;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Where clients come from, for counting: of version 6 everybody has as many addresses as he likes, in one network of 64 bits. */
public final class Addresses {
    private static final int NETWORK = 8; // bytes

    private Addresses() {}

    /** The peer's; empty when it has none, as over a Unix socket. */
    public static String of(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        String host = remote == null ? null : remote.hostAddress();
        return host == null ? "" : of(InetAddress.ofLiteral(host));
    }

    public static String of(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK)
                : address.getHostAddress();
    }
}
