package dev.sandjar.agent;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/** Takes frames off a connection. Every byte is hostile: what breaks a rule of PROTOCOL.md ends the link. For one thread. */
final class FrameReader {
    private final ScatteringByteChannel from;
    private final Runnable beforeWaiting;
    private final ByteBuffer ahead = ByteBuffer.allocate(4 * 1024).flip(); // small, for there is one per idle sandbox
    private boolean filled; // by the last read: then more is here, most probably

    FrameReader(ScatteringByteChannel from) {
        this(from, () -> {});
    }

    /** @param beforeWaiting is run when what is here was read, before more is waited for; not before the rest of a frame that the last read has cut */
    FrameReader(ScatteringByteChannel from, Runnable beforeWaiting) {
        this.from = from;
        this.beforeWaiting = beforeWaiting;
    }

    /** Returns null when the other side ended the connection between two frames. */
    @Nullable
    Frame read() throws IOException {
        if (!fill(Frame.HEADER)) {
            return null;
        }
        long length = ahead.getInt() & 0xffff_ffffL;
        int type = ahead.get() & 0xff;
        int channel = ahead.getInt();
        if (length > Frame.MAX_PAYLOAD) {
            throw new ProtocolException("frame is longer than " + Frame.MAX_PAYLOAD);
        }
        return decode(type, channel, payload((int) length));
    }

    static Frame decode(int type, int channel, ByteBuffer payload) throws ProtocolException {
        if ((type <= 3) != (channel == 0)) {
            throw new ProtocolException("frame of type " + type + " on the wrong channel");
        }
        return switch (type) {
            case 1 -> whole("HELLO", payload, d -> new Frame.Hello(d.u16(), d.bytes(32)));
            case 2 -> whole("AUTH", payload, d -> new Frame.Auth(d.bytes(32), d.bytes(32)));
            case 3 -> whole("WELCOME", payload, d -> new Frame.Welcome(d.bytes(32), (int) d.u32(), d.i64()));
            case 4 -> whole("OPEN", payload, d -> new Frame.Open(channel, d.u8(), d.rest()));
            case 5 -> new Frame.Reply(channel, payload);
            case 6 -> new Frame.Data(channel, notEmpty("DATA", payload));
            case 7 -> whole("OUTPUT", payload, d -> output(channel, d));
            case 8 -> whole("EVENT", payload, d -> new Frame.Event(channel, d.u8(), d.rest()));
            case 9 -> whole("EOF", payload, d -> new Frame.Eof(channel));
            case 10 -> whole("CREDIT", payload, d -> credit(channel, d.u32()));
            case 11 ->
                whole(
                        "CLOSE",
                        payload,
                        d -> d.atEnd() ? new Frame.Close(channel, 0, "") : new Frame.Close(channel, d.u16(), d.str()));
            case 12 -> whole("TAKEN", payload, d -> new Frame.Taken(channel, d.u64()));
            default -> throw new ProtocolException("frame of unknown type " + type);
        };
    }

    private static Frame output(int channel, Decoder d) throws ProtocolException {
        int stream = d.u8();
        if (stream != 1 && stream != 2) {
            throw new ProtocolException("OUTPUT of an unknown stream");
        }
        return new Frame.Output(channel, stream, d.u64(), notEmpty("OUTPUT", d.rest()));
    }

    private static Frame credit(int channel, long bytes) throws ProtocolException {
        if (bytes == 0) {
            throw new ProtocolException("CREDIT of nothing");
        }
        return new Frame.Credit(channel, bytes);
    }

    private static ByteBuffer notEmpty(String what, ByteBuffer bytes) throws ProtocolException {
        if (!bytes.hasRemaining()) {
            throw new ProtocolException(what + " is empty");
        }
        return bytes;
    }

    private interface Body {
        Frame read(Decoder decoder) throws ProtocolException;
    }

    private static Frame whole(String what, ByteBuffer payload, Body body) throws ProtocolException {
        var decoder = new Decoder(what, payload);
        Frame frame = body.read(decoder);
        decoder.end();
        return frame;
    }

    /** Large payloads go straight into memory of their own, small ones come out of what was read ahead. */
    private ByteBuffer payload(int length) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(length);
        int ready = Math.min(length, ahead.remaining());
        payload.put(0, ahead, ahead.position(), ready).position(ready);
        ahead.position(ahead.position() + ready);
        if (payload.hasRemaining()) {
            ByteBuffer[] both = {payload, ahead.clear()}; // the next frame's head comes with it, in one system call
            while (payload.hasRemaining()) {
                if (!filled) {
                    beforeWaiting.run();
                }
                read(both);
            }
            ahead.flip();
        }
        return payload.flip().asReadOnlyBuffer();
    }

    private void read(ByteBuffer[] both) throws IOException {
        if (from.read(both) < 0) {
            ahead.flip();
            throw new EOFException("cut inside a frame");
        }
        filled = !ahead.hasRemaining();
    }

    private boolean fill(int bytes) throws IOException {
        while (ahead.remaining() < bytes) {
            beforeWaiting.run();
            ahead.compact();
            int count = from.read(ahead);
            filled = !ahead.hasRemaining();
            ahead.flip();
            if (count < 0) {
                if (ahead.hasRemaining()) {
                    throw new EOFException("cut inside a frame");
                }
                return false;
            }
        }
        return true;
    }
}
