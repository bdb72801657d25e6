package dev.sandjar.server.connection;

import io.vertx.core.net.impl.ConnectionBase;

/** Ends connections in the middle. Vert.x by itself closes only after what waits for the socket has been sent, which may be never. */
public final class Cut {
    private Cut() {}

    /** @param connection an {@code HttpConnection} or a {@code NetSocket} of Vert.x */
    public static void now(Object connection) {
        ((ConnectionBase) connection).channelHandlerContext().close(); // before its own handler, which would wait
    }

    /** Whether its client has not gone so far. */
    static boolean isOpen(Object connection) {
        return ((ConnectionBase) connection).channelHandlerContext().channel().isOpen();
    }
}
