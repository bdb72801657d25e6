package dev.sandjar.client.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A request's body in chunks. Callers leave {@link #ROOM} bytes before and {@link #TAIL} after what they send, so that nothing is copied. */
public final class ChunkedBody {
    /** Bytes before a chunk. */
    public static final int ROOM = 10;
    /** Bytes after a chunk. */
    public static final int TAIL = 2;

    private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    /** Tells whether the server has answered already. */
    interface Answer {
        boolean isThere() throws IOException;
    }

    private final OutputStream out;
    private final Answer answer;

    ChunkedBody(OutputStream out, Answer answer) {
        this.out = out;
        this.answer = answer;
    }

    /**
     * Sends a chunk.
     *
     * @param buffer with the chunk at {@link #ROOM}, and {@link #TAIL} free bytes behind it
     * @return false when the server has answered already and so wants no more
     */
    public boolean send(byte[] buffer, int length) throws IOException {
        if (answer.isThere()) {
            return false;
        }
        byte[] size = (HexFormat.of().toHexDigits(length, 8) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(size, 0, buffer, 0, ROOM);
        buffer[ROOM + length] = '\r';
        buffer[ROOM + length + 1] = '\n';
        out.write(buffer, 0, ROOM + length + TAIL);
        return true;
    }

    /** Ends the body. */
    public void end() throws IOException {
        out.write(LAST);
    }
}
