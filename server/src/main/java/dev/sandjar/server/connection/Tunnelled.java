package dev.sandjar.server.connection;

import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;

/** What was HTTP and is a tunnel now: it may be silent, and a client that has sent all may still listen. By itself Netty closes such connections. */
public final class Tunnelled {
    private static final String IDLE = "idle"; // as Vert.x calls it

    private Tunnelled() {}

    /**
     * Keeps a connection open for what we have to say; on its event loop.
     *
     * @param ended run when the client has sent all; with TLS never, where the end of one direction is that of both
     */
    public static void allow(NetSocket socket, Runnable ended) {
        var inner = (NetSocketInternal) socket;
        ChannelPipeline pipeline = inner.channelHandlerContext().pipeline();
        if (pipeline.get(IDLE)
                != null) { // HTTP's, which would end a tunnel in which nobody speaks; who made it has limits of its own
            pipeline.remove(IDLE);
        }
        inner.channelHandlerContext().channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        inner.eventHandler(event -> {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ended.run();
            }
        });
    }
}
