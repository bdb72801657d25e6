package dev.sandjar.server.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.impl.VertxHandler;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection, before anything else sees it: whether its address may have one more, and that each request's head is whole in time, the first
 * one from the connection's beginning. For its event loop.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private static final String DECODER = "httpDecoder"; // as Vert.x calls these
    private static final String ENCODER = "httpEncoder";
    private static final String TLS = "ssl";

    private final HttpServerOptions options;
    private final Duration limit;
    private final AddressCounts counts;
    private @Nullable ChannelHandlerContext connection;
    private @Nullable Future<?> deadline;
    private boolean placed;

    /** @param limit for a request's head, whatever trickles (limit "head") */
    ConnectionGuard(HttpServerOptions options, Duration limit, AddressCounts counts) {
        this.options = options;
        this.limit = limit;
        this.counts = counts;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection = context;
        var address = context.channel().remoteAddress(); // a closed one has none
        context.channel().closeFuture().addListener(_ -> {
            counts.remove(address);
            headIsWhole(); // or its timer would keep it
        });
        if (counts.add(address)) {
            headBegins();
            context.fireChannelActive();
        } else {
            context.close();
        }
    }

    /** Vert.x has put its decoder in by now, or with TLS will in the middle of this. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (!placed) {
            placed = true;
            if (context.pipeline().get(TLS) == null) {
                placeDecoder(context.pipeline());
            } else {
                context.pipeline().addAfter(TLS, null, new AfterHandshake());
            }
        }
        context.fireChannelRead(bytes);
    }

    private final class AfterHandshake extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            context.fireUserEventTriggered(event);
            if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
                placeDecoder(context.pipeline());
                context.pipeline().remove(this);
            }
        }
    }

    private void placeDecoder(ChannelPipeline pipeline) {
        var decoder = new HeadDecoder(options, this);
        pipeline.replace(DECODER, DECODER, decoder);
        pipeline.addAfter(ENCODER, null, decoder.answers());
        if (pipeline.get(VertxHandler.class).getConnection() instanceof HttpServerConnection http) {
            http.invalidRequestHandler(HeadDecoder::answer);
        }
    }

    /** From now on the time runs, unless it does. */
    void headBegins() {
        ChannelHandlerContext open = connection;
        if (deadline == null && open != null) {
            deadline = open.executor().schedule(() -> open.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    void headIsWhole() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
