package dev.sandjar.agent;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Collects the fields of one payload. */
final class Encoder {
    private final ByteArrayOutputStream to = new ByteArrayOutputStream(128);

    Encoder u8(int value) {
        to.write(value);
        return this;
    }

    Encoder u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    Encoder u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    Encoder u64(long value) {
        return u32(value >>> 32).u32(value);
    }

    Encoder id(UUID id) {
        return u64(id.getMostSignificantBits()).u64(id.getLeastSignificantBits());
    }

    Encoder str(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return u32(bytes.length).raw(bytes);
    }

    Encoder strings(List<String> strings) {
        u32(strings.size());
        strings.forEach(this::str);
        return this;
    }

    Encoder raw(byte[] bytes) {
        to.writeBytes(bytes);
        return this;
    }

    ByteBuffer payload() {
        return ByteBuffer.wrap(to.toByteArray());
    }
}
