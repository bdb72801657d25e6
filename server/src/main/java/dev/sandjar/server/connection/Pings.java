package dev.sandjar.server.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * Answers the pings of a WebSocket's client, which Vert.x would do for each, whether the client reads or not: the answers would fill all memory. Of those
 * that come while it does not read, the latest is answered when it does again, as RFC 6455, 5.5.3 allows. For its event loop.
 */
public final class Pings extends ChannelInboundHandlerAdapter {
    private @Nullable ByteBuf unanswered;

    private Pings() {}

    /** From now on; on the event loop of a connection that has become a WebSocket. */
    public static void answer(HttpConnection connection) {
        ChannelHandlerContext socket = ((ConnectionBase) connection).channelHandlerContext();
        socket.pipeline().addBefore(socket.name(), null, new Pings());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof PingWebSocketFrame ping) {
            try {
                unanswered = Unpooled.copiedBuffer(ping.content()); // what it is a part of is much larger
            } finally {
                ping.release();
            }
            answer(context);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        answer(context);
        context.fireChannelWritabilityChanged();
    }

    private void answer(ChannelHandlerContext context) {
        ByteBuf ping = unanswered;
        if (ping != null && context.channel().isWritable()) {
            unanswered = null;
            context.writeAndFlush(new PongWebSocketFrame(ping));
        }
    }
}
