package dev.sandjar.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Takes frames off a stream. Every byte may be hostile. For one thread. */
public final class FrameReader {
    private static final int DATA = 5;
    private static final int AT_ONCE = 32 * 1024; // bytes

    private final InputStream from;
    private final byte[] header = new byte[Frame.HEADER];
    private int left; // of a large frame of data

    /** @param from should be buffered: headers are read by themselves */
    public FrameReader(InputStream from) {
        this.from = from;
    }

    /**
     * Waits for the next frame. One of much data is read in pieces, as if each were a frame: who sends a part of it and no more takes no more memory.
     *
     * @throws EOFException the stream was cut
     * @throws MalformedFrameException what came is no frame
     */
    public Frame read() throws IOException {
        if (left > 0) {
            return piece();
        }
        fill(header);
        long length = ByteBuffer.wrap(header, 1, 4).getInt() & 0xffff_ffffL;
        if (length > Frame.LARGEST) {
            throw new MalformedFrameException("a frame of " + length + " bytes, allowed: " + Frame.LARGEST);
        }
        if (header[0] == DATA && length > AT_ONCE) {
            left = (int) length;
            return piece();
        }
        return decode(header[0], payload((int) length));
    }

    private Frame piece() throws IOException {
        byte[] piece = payload(Math.min(left, AT_ONCE));
        left -= piece.length;
        return new Frame.Data(ByteBuffer.wrap(piece).asReadOnlyBuffer());
    }

    /** Memory is taken as bytes come: who only says that many will come costs nothing. */
    private byte[] payload(int length) throws IOException {
        byte[] payload = new byte[Math.min(length, AT_ONCE)];
        for (int filled = 0; ; ) {
            int count = from.readNBytes(payload, filled, payload.length - filled);
            filled += count;
            if (filled < payload.length) {
                throw new EOFException("the stream was cut");
            }
            if (filled == length) {
                return payload;
            }
            payload = Arrays.copyOf(payload, (int) Math.min(length, 2L * payload.length));
        }
    }

    private void fill(byte[] bytes) throws IOException {
        if (from.readNBytes(bytes, 0, bytes.length) < bytes.length) {
            throw new EOFException("the stream was cut");
        }
    }

    private static Frame decode(int type, byte[] bytes) throws MalformedFrameException {
        ByteBuffer payload = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        try {
            Frame frame = switch (type) {
                case 1 -> chunk(Output.Stream.STDOUT, payload);
                case 2 -> chunk(Output.Stream.STDERR, payload);
                case 3 -> gap(payload);
                case 4 -> new Frame.Ended(Endings.of(payload.get(), payload.getLong()), position(payload));
                case DATA -> new Frame.Data(notEmpty(rest(payload)));
                case 6 -> new Frame.End();
                case 7 -> new Frame.Event(Json.parseRequest(array(payload)));
                case 8 -> new Frame.Failed(Errors.read(Json.parseRequest(array(payload))));
                case 9 -> new Frame.Heartbeat();
                case 10 -> new Frame.Taken(position(payload));
                case 11 -> new Frame.LetGo();
                default -> throw new MalformedFrameException("a frame of type " + type);
            };
            if (payload.hasRemaining()) {
                throw new MalformedFrameException("bytes behind a frame of type " + type);
            }
            return frame;
        } catch (BufferUnderflowException | JsonProcessingException | SandboxException e) {
            throw new MalformedFrameException("a frame of type " + type + " that cannot be read");
        }
    }

    private static Frame chunk(Output.Stream stream, ByteBuffer payload) throws MalformedFrameException {
        return new Frame.Told(new Output.Chunk(stream, position(payload), notEmpty(rest(payload))));
    }

    private static Frame gap(ByteBuffer payload) throws MalformedFrameException {
        long from = position(payload);
        long to = position(payload);
        if (to <= from) {
            throw new MalformedFrameException("a gap of nothing");
        }
        return new Frame.Told(new Output.Gap(from, to));
    }

    private static long position(ByteBuffer payload) throws MalformedFrameException {
        long position = payload.getLong();
        if (position < 0) {
            throw new MalformedFrameException("a position beyond 2^63");
        }
        return position;
    }

    private static ByteBuffer notEmpty(ByteBuffer bytes) throws MalformedFrameException {
        if (!bytes.hasRemaining()) {
            throw new MalformedFrameException("a frame of bytes without any");
        }
        return bytes;
    }

    private static ByteBuffer rest(ByteBuffer payload) {
        ByteBuffer rest = payload.slice();
        payload.position(payload.limit());
        return rest;
    }

    private static byte[] array(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }
}
