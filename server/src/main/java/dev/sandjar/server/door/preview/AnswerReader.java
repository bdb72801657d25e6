package dev.sandjar.server.door.preview;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** What a program says, read by one blocking thread and taken apart by Netty. */
final class AnswerReader {
    static final int PIECE = 64 * 1024;
    private static final int LARGE = PIECE / 4;
    private static final int MOST_BEFORE_HEAD = 64 * 1024; // bytes: interim answers, blank lines, and the head itself

    /**
     * A part of a body, or of what follows an upgrade.
     *
     * @param trailers with the last part; null with any other
     */
    record Part(ByteBuf bytes, @Nullable HttpHeaders trailers) {}

    private final InputStream from;
    private final EmbeddedChannel decoder;
    private final Queue<Object> waiting; // what is decoded and not taken
    private byte[] piece = new byte[PIECE];
    private int beforeHead;
    private boolean headTaken;
    private boolean ended;

    /** @param toHead whether it answers HEAD */
    AnswerReader(InputStream from, boolean toHead) {
        this.from = from;
        decoder = new EmbeddedChannel(new AnswerDecoder(toHead));
        decoder.config().setAllocator(RequestWriter.HEAP);
        waiting = decoder.inboundMessages();
    }

    /** The one that counts: interim answers are passed over. */
    HttpResponse head() throws IOException {
        while (true) {
            switch (next()) {
                case null -> throw ProgramException.noAnswer(null);
                case HttpResponse head
                when isFinal(head) -> {
                    headTaken = true;
                    return head;
                }
                default -> {} // an interim answer, and its empty body
            }
        }
    }

    private static boolean isFinal(HttpResponse head) throws ProgramException {
        int status = head.status().code();
        if (status < 100 || status > 599) {
            throw ProgramException.notHttp("no such status");
        }
        return head.status().codeClass() != HttpStatusClass.INFORMATIONAL || status == 101;
    }

    /** Whether {@link #part} would not wait. */
    boolean hasMore() {
        return !waiting.isEmpty();
    }

    /**
     * As much of the body as has come; waits for some.
     *
     * @throws EOFException when the program ends in the middle of it
     */
    Part part() throws IOException {
        var contents = new ArrayDeque<ByteBuf>();
        HttpHeaders trailers = null;
        do {
            switch (next()) {
                case null -> throw new EOFException("the program closed the connection in the middle of its answer");
                case HttpContent content -> {
                    contents.add(content.content());
                    trailers = content instanceof LastHttpContent last ? last.trailingHeaders() : null;
                }
                default -> throw new IllegalStateException("no content"); // an answer ends with its last part
            }
        } while (trailers == null && hasMore());
        return new Part(together(contents), trailers);
    }

    /** Bytes after an upgrade; empty at their end. */
    Optional<ByteBuf> bytes() throws IOException {
        Object next = next();
        while (next instanceof HttpContent) {
            next = next(); // the end of the head
        }
        return Optional.ofNullable((ByteBuf) next);
    }

    /** Little pieces are copied: each would keep all that it came with. */
    private static ByteBuf together(Queue<ByteBuf> contents) {
        if (contents.size() == 1 && contents.element().readableBytes() >= LARGE) {
            return contents.remove();
        }
        ByteBuf all = Unpooled.buffer(
                contents.stream().mapToInt(ByteBuf::readableBytes).sum());
        contents.forEach(all::writeBytes);
        return all;
    }

    private @Nullable Object next() throws IOException {
        while (waiting.isEmpty() && !ended) {
            read();
        }
        Object next = waiting.poll();
        if (next instanceof DecoderResultProvider part && part.decoderResult().isFailure()) {
            throw ProgramException.notHttp(reason(part.decoderResult().cause()));
        }
        return next;
    }

    private void read() throws IOException {
        if (!headTaken && beforeHead == MOST_BEFORE_HEAD) {
            throw ProgramException.notHttp("more than " + MOST_BEFORE_HEAD + " bytes and no head among them");
        }
        int count = from.read(piece, 0, headTaken ? PIECE : MOST_BEFORE_HEAD - beforeHead);
        try {
            if (count < 0) {
                ended = true;
                decoder.finish(); // which ends a body whose length nobody has said
            } else {
                beforeHead += headTaken ? 0 : count;
                decoder.writeInbound(taken(count));
            }
        } catch (RuntimeException malformed) {
            throw ProgramException.notHttp(reason(malformed));
        }
    }

    /** What was read, for others to keep. */
    private ByteBuf taken(int count) {
        if (count < LARGE) {
            return Unpooled.copiedBuffer(piece, 0, count);
        }
        ByteBuf whole = Unpooled.wrappedBuffer(piece, 0, count);
        piece = new byte[PIECE];
        return whole;
    }

    /** In our words: the library's own repeat what was sent. */
    private static String reason(Throwable cause) {
        return switch (cause) {
            case TooLongFrameException _ -> "its head is too large";
            default -> "its head, or the length of a chunk, is malformed";
        };
    }
}
