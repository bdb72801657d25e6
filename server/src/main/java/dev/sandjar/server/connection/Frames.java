package dev.sandjar.server.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;

/** Writes frames of a WebSocket many at a time: Vert.x by itself would flush each, which is a system call. */
public final class Frames {
    private final Context loop;
    private final ChannelHandlerContext channel;

    /**
     * @param loop the connection's
     * @param connection that was upgraded
     */
    public Frames(Context loop, HttpConnection connection) {
        this.loop = loop;
        this.channel = ((ConnectionBase) connection).channelHandlerContext();
    }

    /**
     * From any thread.
     *
     * @param frames in this order; at least one
     * @return when the socket has taken them all
     */
    public Future<Void> write(List<? extends WebSocketFrame> frames) {
        Promise<Void> written = Promise.promise();
        loop.runOnContext(_ -> {
            for (WebSocketFrame frame : frames.subList(0, frames.size() - 1)) {
                channel.write(frame, channel.voidPromise());
            }
            channel.writeAndFlush(frames.getLast()).addListener(last -> {
                if (last.isSuccess()) {
                    written.complete();
                } else {
                    written.fail(last.cause());
                }
            });
        });
        return written.future();
    }
}
