package dev.sandjar.server.door.api;

import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import dev.sandjar.wire.MalformedFrameException;
import io.vertx.core.http.HttpServerRequest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes that arrive as frames. They end with the frame that says so; anything else is an exception. */
final class FrameContent extends InputStream {
    private final HttpServerRequest request;
    private @Nullable FrameReader reader;
    private @Nullable ByteBuffer chunk;
    private boolean ended;

    /** @param request paused */
    FrameContent(HttpServerRequest request) {
        this.request = request;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        while (!ended && (chunk == null || !chunk.hasRemaining())) {
            receive();
        }
        if (ended || chunk == null) {
            return -1;
        }
        int count = Math.min(length, chunk.remaining());
        chunk.get(to, start, count);
        return count;
    }

    private void receive() throws IOException {
        switch (next()) {
            case Frame.Data(ByteBuffer bytes) -> chunk = bytes;
            case Frame.End _ -> ended = true;
            case Frame.LetGo _ -> throw new IOException("the client lets go of it");
            case Frame.Heartbeat _ -> {}
            default -> throw refused(new MalformedFrameException("a frame that content does not have"));
        }
    }

    private Frame next() throws IOException {
        try {
            return reader().read();
        } catch (MalformedFrameException e) {
            throw refused(e);
        }
    }

    private static IOException refused(MalformedFrameException e) {
        return new IOException(Tunnel.refused(e)); // its cause is what the client is told
    }

    private FrameReader reader() {
        if (reader == null) {
            if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                request.response().writeContinue();
            }
            reader = new FrameReader(new BufferedInputStream(new StreamInput(request)));
        }
        return reader;
    }
}
