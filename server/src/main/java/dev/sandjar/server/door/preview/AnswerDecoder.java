package dev.sandjar.server.door.preview;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Reads an answer as Netty does, and refuses what it would let pass: more headers than anybody needs, and a coding that we would have to undo. Where
 * a body ends it decides alone: what we hand on is framed anew.
 */
final class AnswerDecoder extends HttpResponseDecoder {
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int LARGEST_HEAD = 32 * 1024; // other proxies take 8 to 64
    private static final int MOST_HEADERS = 200;

    private final boolean toHead;
    private int headers;

    /** @param toHead whether it is the answer to HEAD, which has no body whatever its headers say */
    AnswerDecoder(boolean toHead) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(LONGEST_LINE)
                .setMaxHeaderSize(LARGEST_HEAD)
                .setMaxChunkSize(AnswerReader.PIECE)
                .setStrictLineParsing(false)); // little programs end their lines as they like
        this.toHead = toHead;
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++headers > MOST_HEADERS) {
            throw new TooLongHttpHeaderException("more than " + MOST_HEADERS + " headers");
        }
        return super.splitHeaderName(line, start, length);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage answer) {
        List<String> codings = answer.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"))) {
            throw new IllegalArgumentException("a transfer coding other than chunked");
        }
        return toHead || super.isContentAlwaysEmpty(answer);
    }
}
