package dev.sandjar.server.connection;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;

/** Clients that have sent all and still listen. By itself Netty closes their connections, and what was on its way to them is lost. */
public final class HalfClosure {
    private HalfClosure() {}

    /**
     * Keeps a connection open for what we have to say; on its event loop.
     *
     * @param ended run when the client has sent all; with TLS never, where the end of one direction is that of both
     */
    public static void allow(NetSocket socket, Runnable ended) {
        var inner = (NetSocketInternal) socket;
        inner.channelHandlerContext().channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        inner.eventHandler(event -> {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ended.run();
            }
        });
    }
}
