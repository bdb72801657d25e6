package dev.sandjar.server.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads requests as Vert.x does, and refuses what it would let pass: more headers than anybody needs, bodies whose end a proxy in front might see
 * elsewhere, hosts that are none, and other protocols. Whoever sends such a request gets 431 or 400, and its connection ends.
 */
final class HeadDecoder extends VertxHttpRequestDecoder {
    private static final Pattern TARGET = Pattern.compile("(?s)/.*|\\*|(?i:https?)://[^/?#]+(/.*)?");

    private static final Set<HttpVersion> VERSIONS = Set.of(HttpVersion.HTTP_1_0, HttpVersion.HTTP_1_1);

    /** Other servers take as many. A header of six bytes takes 150 of memory. */
    private static final int MOST_HEADERS = 100;

    /** Requests that were not answered yet, or whose answers were not taken: Vert.x would keep any number, and go through all at each that comes. */
    private static final int MOST_UNANSWERED = 16;

    private final ConnectionGuard guard;
    private int unanswered;
    private int headers; // of the head that is read
    private boolean betweenRequests = true;

    HeadDecoder(HttpServerOptions options, ConnectionGuard guard) {
        super(options);
        this.guard = guard;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) throws Exception {
        if (unanswered > MOST_UNANSWERED) {
            bytes.skipBytes(bytes.readableBytes());
            context.close();
            return;
        }
        super.decode(context, bytes, out);
        for (Object part : out) {
            if (part instanceof HttpRequest request) {
                betweenRequests = false;
                guard.headIsWhole();
                refuseOtherProtocols(request);
                refuseOtherHosts(request);
                refuseOtherCodings(request);
                unanswered++;
            }
            if (part instanceof LastHttpContent) {
                betweenRequests = true;
                headers = 0;
            }
        }
        if (betweenRequests && out.isEmpty()) {
            guard.headBegins();
        }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++headers > MOST_HEADERS) {
            throw new TooLongHttpHeaderException("more than " + MOST_HEADERS + " headers");
        }
        return super.splitHeaderName(line, start, length);
    }

    /** The framework would take each for a fault of ours, and log it. */
    private static void refuseOtherProtocols(HttpRequest request) {
        if (!VERSIONS.contains(request.protocolVersion())) {
            refuse(request, "a protocol other than HTTP/1");
        }
        if (!isTarget(request)) {
            refuse(request, "a target that is no path");
        }
    }

    private static boolean isTarget(HttpRequest request) {
        String target = request.uri();
        return request.method().equals(HttpMethod.CONNECT)
                ? target.startsWith("/") || isAuthority(target)
                : TARGET.matcher(target).matches();
    }

    /** A proxy in front might send it elsewhere, and the framework would take it for a fault of ours. Older programs may name none. */
    private static void refuseOtherHosts(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean clear = hosts.isEmpty()
                ? request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                : hosts.size() == 1 && isAuthority(hosts.getFirst());
        if (!clear) {
            refuse(request, "not one Host");
        }
    }

    private static boolean isAuthority(String text) {
        return HostAndPort.parseAuthority(text, -1) != null;
    }

    private static void refuseOtherCodings(HttpRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"))) {
            refuse(request, "a transfer coding other than chunked");
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage request) {
        throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
    }

    private static void refuse(HttpRequest request, String why) {
        if (request.decoderResult().isSuccess()) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
        }
    }

    /** What hears of answers, once the socket has taken them. For the same connection, between the encoder and Vert.x. */
    ChannelOutboundHandlerAdapter answers() {
        return new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise written) {
                if (message instanceof LastHttpContent && !isInterim(message)) {
                    context.write(message, written.unvoid().addListener(_ -> unanswered--));
                } else {
                    context.write(message, written);
                }
            }
        };
    }

    private static boolean isInterim(Object message) {
        return message instanceof HttpResponse head && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }
}
