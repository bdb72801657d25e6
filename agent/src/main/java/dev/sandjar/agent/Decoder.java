package dev.sandjar.agent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads the fields of one payload. Whatever is not there, or too much, is a broken rule. */
final class Decoder {
    private final String what;
    private final ByteBuffer from;

    Decoder(String what, ByteBuffer payload) {
        this.what = what;
        this.from = payload.duplicate(); // big-endian, as every duplicate is
    }

    int u8() throws ProtocolException {
        return need(1).get() & 0xff;
    }

    int u16() throws ProtocolException {
        return need(2).getShort() & 0xffff;
    }

    long u32() throws ProtocolException {
        return need(4).getInt() & 0xffff_ffffL;
    }

    /** A u32 that must be no more than {@code most}. */
    int u32(long most) throws ProtocolException {
        long value = u32();
        if (value > most) {
            throw new ProtocolException(what + " has a number over " + most);
        }
        return (int) value;
    }

    long i64() throws ProtocolException {
        return need(8).getLong();
    }

    /** A u64 that fits into a positive long. */
    long u64() throws ProtocolException {
        long value = i64();
        if (value < 0) {
            throw new ProtocolException(what + " has a number over 2^63");
        }
        return value;
    }

    UUID id() throws ProtocolException {
        need(16);
        return new UUID(from.getLong(), from.getLong());
    }

    String str() throws ProtocolException {
        int length = u32(Frame.MAX_PAYLOAD);
        need(length);
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    List<String> strings() throws ProtocolException {
        int count = u32(Frame.MAX_PAYLOAD / 4);
        var strings = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            strings.add(str());
        }
        return strings;
    }

    ByteBuffer bytes(int length) throws ProtocolException {
        need(length);
        ByteBuffer slice = from.slice(from.position(), length);
        from.position(from.position() + length);
        return slice.asReadOnlyBuffer();
    }

    ByteBuffer rest() throws ProtocolException {
        return bytes(from.remaining());
    }

    boolean atEnd() {
        return !from.hasRemaining();
    }

    void end() throws ProtocolException {
        if (from.hasRemaining()) {
            throw new ProtocolException(what + " has trailing bytes");
        }
    }

    private ByteBuffer need(int bytes) throws ProtocolException {
        if (from.remaining() < bytes) {
            throw new ProtocolException(what + " is too short");
        }
        return from;
    }
}
