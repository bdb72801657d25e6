package dev.sandjar.server.door.preview;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What a program is told, put together by Netty. */
final class RequestWriter {
    private static final int PIECE = 64 * 1024;

    /** Nothing of a pool's, so nothing is to be given back: this thread is here once. */
    static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);

    private final OutputStream to;
    private final Runnable moved;
    private final EmbeddedChannel encoder = new EmbeddedChannel(new HttpRequestEncoder());

    /** @param moved run whenever the program has taken something */
    RequestWriter(OutputStream to, Runnable moved) {
        this.to = new BufferedOutputStream(to);
        this.moved = moved;
        encoder.config().setAllocator(HEAP);
    }

    void head(HttpRequest request) throws IOException {
        write(request);
    }

    /** The whole body, to its end. */
    void body(InputStream body) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
            write(new DefaultHttpContent(Unpooled.wrappedBuffer(piece, 0, count)));
        }
        write(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private void write(HttpObject part) throws IOException {
        encoder.writeOutbound(part);
        for (ByteBuf bytes = encoder.readOutbound(); bytes != null; bytes = encoder.readOutbound()) {
            bytes.readBytes(to, bytes.readableBytes());
        }
        to.flush();
        moved.run();
    }
}
