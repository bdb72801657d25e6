package dev.sandjar.server.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Reads requests as Vert.x does, and refuses what it would let pass: more headers than anybody needs, and what breaks {@link HeadRules}. Whoever sends such
 * a request is told why with 431 or 400, its connection ends, and nothing that it sent after it is done.
 */
final class HeadDecoder extends VertxHttpRequestDecoder {
    /** Other servers take as many. A header of six bytes takes 150 of memory. */
    private static final int MOST_HEADERS = 100;

    /** Requests that were not answered yet, or whose answers were not taken: Vert.x would keep any number, and go through all at each that comes. */
    private static final int MOST_UNANSWERED = 16;

    private final ConnectionGuard guard;
    private int unanswered;
    private int headers; // of the head that is read
    private boolean betweenRequests = true;
    private boolean refused; // the connection ends with its answer

    HeadDecoder(HttpServerOptions options, ConnectionGuard guard) {
        super(options);
        this.guard = guard;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) throws Exception {
        if (refused) {
            bytes.skipBytes(bytes.readableBytes());
            return;
        }
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
                refuse(request);
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

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage request) {
        throw new Refusal(HeadRules.LENGTH);
    }

    /** What follows might be meant for somebody else: nothing more is read. */
    private void refuse(HttpRequest request) {
        if (request.decoderResult().isSuccess()) {
            HeadRules.objection(request)
                    .ifPresent(why -> request.setDecoderResult(DecoderResult.failure(new Refusal(why))));
        }
        refused = request.decoderResult().isFailure();
        if (refused) {
            request.setProtocolVersion(HttpVersion.HTTP_1_1); // the answer's: not what a stranger chose
        }
    }

    /** Our own, whose message holds nothing of the request's. */
    private static final class Refusal extends IllegalArgumentException {
        Refusal(String why) {
            super(why);
        }
    }

    /** Answers a request that was refused, and ends its connection. */
    static void answer(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpResponseStatus status = switch (cause) {
            case TooLongHttpHeaderException _ -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            case TooLongHttpLineException _ -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            default -> HttpResponseStatus.BAD_REQUEST;
        };
        boolean ours = cause instanceof Refusal || cause instanceof TooLongFrameException;
        request.response()
                .setStatusCode(status.code())
                .putHeader(HttpHeaderNames.CONTENT_TYPE, "text/plain")
                .end(ours ? cause.getMessage() + "\n" : "this is no request of HTTP/1.1\n")
                .onComplete(_ -> request.connection().close());
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
