package dev.sandjar.agent;

import java.nio.ByteBuffer;
import java.util.List;

/** Turns frames into bytes: a header, and the payload's own buffers where copying them would cost. Pure. */
final class FrameWriter {
    private FrameWriter() {}

    static List<ByteBuffer> encode(Frame frame) {
        return switch (frame) {
            case Frame.Hello(int version, ByteBuffer nonce) ->
                small(1, 0, new Encoder().u16(version).raw(copy(nonce)));
            case Frame.Auth(ByteBuffer nonce, ByteBuffer proof) ->
                small(2, 0, new Encoder().raw(copy(nonce)).raw(copy(proof)));
            case Frame.Welcome(ByteBuffer proof, int features, long started) ->
                small(3, 0, new Encoder().raw(copy(proof)).u32(features).u64(started));
            case Frame.Open(int channel, int kind, ByteBuffer request) -> {
                ByteBuffer head = header(4, channel, 1 + request.remaining(), 1);
                yield List.of(head.put((byte) kind).flip(), request.duplicate());
            }
            case Frame.Reply(int channel, ByteBuffer payload) -> large(5, channel, payload);
            case Frame.Data(int channel, ByteBuffer bytes) -> large(6, channel, bytes);
            case Frame.Output(int channel, int stream, long offset, ByteBuffer bytes) -> {
                ByteBuffer head = header(7, channel, 9 + bytes.remaining(), 9);
                yield List.of(head.put((byte) stream).putLong(offset).flip(), bytes.duplicate());
            }
            case Frame.Event(int channel, int event, ByteBuffer payload) -> {
                ByteBuffer head = header(8, channel, 1 + payload.remaining(), 1);
                yield List.of(head.put((byte) event).flip(), payload.duplicate());
            }
            case Frame.Eof(int channel) -> small(9, channel, new Encoder());
            case Frame.Credit(int channel, long bytes) -> small(10, channel, new Encoder().u32(bytes));
            case Frame.Taken(int channel, long offset) -> small(12, channel, new Encoder().u64(offset));
            case Frame.Close(int channel, int error, String message) ->
                small(
                        11,
                        channel,
                        error == 0 && message.isEmpty()
                                ? new Encoder()
                                : new Encoder().u16(error).str(message));
        };
    }

    private static List<ByteBuffer> small(int type, int channel, Encoder payload) {
        return large(type, channel, payload.payload());
    }

    private static List<ByteBuffer> large(int type, int channel, ByteBuffer payload) {
        return List.of(header(type, channel, payload.remaining(), 0).flip(), payload.duplicate());
    }

    private static ByteBuffer header(int type, int channel, int length, int extra) {
        if (length > Frame.MAX_PAYLOAD) {
            throw new IllegalArgumentException("payload of " + length + " bytes, at most " + Frame.MAX_PAYLOAD);
        }
        return ByteBuffer.allocate(Frame.HEADER + extra)
                .putInt(length)
                .put((byte) type)
                .putInt(channel);
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }
}
