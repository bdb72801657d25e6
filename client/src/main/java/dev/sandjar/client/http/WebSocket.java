package dev.sandjar.client.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was upgraded to WebSocket (RFC 6455), from the client's side, without extensions. One thread receives, one sends.
 */
public final class WebSocket implements AutoCloseable {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    /** Servers take no longer frames without being asked to. */
    private static final int LONGEST_SENT = 16 * 1024;

    private static final int LONGEST_CONTROL = 125; // by the rules

    private static final SecureRandom RANDOM = new SecureRandom();

    private final HttpConnection connection;
    private final InputStream in;
    private final OutputStream out;
    private final int longest;
    private @Nullable ByteArrayOutputStream begun; // what has come of a message in pieces
    private Kind kind = Kind.TEXT; // of that one

    /**
     * What was received.
     *
     * @param bytes with an array that is theirs alone; of a text in UTF-8
     */
    public record Message(Kind kind, ByteBuffer bytes) {}

    /** What a message is. */
    public enum Kind {
        TEXT,
        BINARY,
        /** Wants to be answered by {@link #sendPong} with the same bytes; of several, the last is enough. */
        PING
    }

    /** @param longest message that is taken, in bytes */
    public WebSocket(HttpConnection connection, int longest) {
        this.connection = connection;
        this.in = connection.input();
        this.out = connection.output();
        this.longest = longest;
    }

    /** What {@code Sec-WebSocket-Key} says: anything that is new. */
    public static String key() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    /** What {@code Sec-WebSocket-Accept} must say, of who has read the key. */
    public static String accept(String key) {
        try {
            byte[] both = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(both));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static final class Frame {
        private final int code;
        private final boolean last;
        private final byte[] payload;

        Frame(int code, boolean last, byte[] payload) {
            this.code = code;
            this.last = last;
            this.payload = payload;
        }
    }

    /**
     * Waits for the next message, or for a ping.
     *
     * @throws EOFException the other side has closed it
     * @throws HttpException it breaks the rules
     */
    public Message receive() throws IOException {
        Message whole = null;
        while (whole == null) {
            whole = take(frame());
        }
        return whole;
    }

    private Frame frame() throws IOException {
        int first = need(in.read());
        int second = need(in.read());
        if ((first & 0x70) != 0 || (second & 0x80) != 0) {
            throw new HttpException("a WebSocket frame with an extension or a mask");
        }
        boolean last = (first & 0x80) != 0;
        if ((first & 0x0f) >= CLOSE && (!last || (second & 0x7f) > LONGEST_CONTROL)) {
            throw new HttpException("a WebSocket frame of kind " + (first & 0x0f) + " that is long, or in pieces");
        }
        byte[] payload = new byte[length(second & 0x7f)];
        if (in.readNBytes(payload, 0, payload.length) < payload.length) {
            throw new EOFException("the connection was cut");
        }
        return new Frame(first & 0x0f, last, payload);
    }

    /** The message that is whole now, if one is. */
    private @Nullable Message take(Frame frame) throws IOException {
        return switch (frame.code) {
            case TEXT, BINARY, CONTINUATION -> join(frame);
            case PING -> new Message(Kind.PING, ByteBuffer.wrap(frame.payload));
            case PONG -> null; // it is alive
            case CLOSE -> throw new EOFException("closed" + reason(frame.payload));
            default -> throw new HttpException("a WebSocket frame of kind " + frame.code);
        };
    }

    /** Most messages are of one frame: those are not copied. */
    private @Nullable Message join(Frame frame) throws HttpException {
        ByteArrayOutputStream all = begun;
        if ((frame.code == CONTINUATION) != (all != null)) {
            throw new HttpException("a WebSocket message out of order");
        }
        if (all == null) {
            kind = frame.code == TEXT ? Kind.TEXT : Kind.BINARY;
            if (frame.last) {
                return new Message(kind, ByteBuffer.wrap(frame.payload));
            }
            all = new ByteArrayOutputStream(frame.payload.length);
        }
        all.writeBytes(frame.payload);
        begun = frame.last ? null : all;
        return frame.last ? new Message(kind, ByteBuffer.wrap(all.toByteArray())) : null;
    }

    private static String reason(byte[] payload) {
        return payload.length > 2 ? ": " + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8) : "";
    }

    private int length(int said) throws IOException {
        long length = said;
        if (said >= 126) {
            length = 0;
            for (int i = 0; i < (said == 126 ? 2 : 8); i++) {
                length = (length << 8) | need(in.read());
            }
        }
        if (length < 0 || length > longest - (begun == null ? 0 : begun.size())) {
            throw new HttpException("a WebSocket message of " + length + " bytes");
        }
        return (int) length;
    }

    private static int need(int b) throws EOFException {
        if (b < 0) {
            throw new EOFException("the connection was cut");
        }
        return b;
    }

    /** Sends a text message, in UTF-8. */
    public void sendText(byte[] text) throws IOException {
        send(TEXT, text, ByteBuffer.allocate(0));
    }

    /** Sends a binary message of two parts. */
    public void sendBinary(byte[] head, ByteBuffer bulk) throws IOException {
        send(BINARY, head, bulk);
    }

    /** Answers a ping. */
    public void sendPong(ByteBuffer said) throws IOException {
        send(PONG, new byte[0], said);
    }

    private void send(int code, byte[] head, ByteBuffer bulk) throws IOException {
        ByteBuffer rest = bulk.duplicate();
        if (head.length + rest.remaining() <= LONGEST_SENT) {
            send(code, true, head, rest);
            return;
        }
        ByteBuffer all = ByteBuffer.allocate(head.length + rest.remaining())
                .put(head)
                .put(rest)
                .flip();
        for (int kind = code; all.hasRemaining(); kind = CONTINUATION) {
            int length = Math.min(all.remaining(), LONGEST_SENT);
            ByteBuffer part = all.slice(all.position(), length);
            all.position(all.position() + length);
            send(kind, !all.hasRemaining(), new byte[0], part);
        }
    }

    /** In one write. */
    private void send(int code, boolean last, byte[] head, ByteBuffer bulk) throws IOException {
        int length = head.length + bulk.remaining();
        ByteBuffer frame = ByteBuffer.allocate(8 + length).put((byte) (last ? (0x80 | code) : code));
        if (length < 126) {
            frame.put((byte) (0x80 | length));
        } else { // LONGEST_SENT has two bytes
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        }
        int mask = RANDOM.nextInt();
        frame.putInt(mask);
        int from = frame.position();
        frame.put(head).put(bulk);
        mask(frame, from, mask);
        out.write(frame.array(), 0, frame.position());
    }

    private static void mask(ByteBuffer frame, int from, int mask) {
        int at = from;
        int end = frame.position();
        long wide = ((long) mask << 32) | (mask & 0xffff_ffffL);
        for (; at + 8 <= end; at += 8) {
            frame.putLong(at, frame.getLong(at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            frame.put(at, (byte) (frame.get(at) ^ (mask >>> (24 - 8 * (i & 3)))));
        }
    }

    /** At once. */
    @Override
    public void close() {
        connection.close();
    }
}
