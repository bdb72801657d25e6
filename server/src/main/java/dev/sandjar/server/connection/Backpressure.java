package dev.sandjar.server.connection;

import io.netty.channel.ChannelConfig;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Whether bytes are read from a connection. Once stopped, no more arrives than was read before, 64 KiB at most; a stream of Vert.x that is paused keeps 8
 * to 16 pieces more, of 64 KiB each or of one byte.
 */
public final class Backpressure {
    private final ChannelConfig socket;

    /** @param connection an {@code HttpConnection} or a {@code NetSocket} of Vert.x */
    public Backpressure(Object connection) {
        socket = ((ConnectionBase) connection).channelHandlerContext().channel().config();
    }

    public void stop() {
        socket.setAutoRead(false);
    }

    public void goOn() {
        socket.setAutoRead(true);
    }
}
