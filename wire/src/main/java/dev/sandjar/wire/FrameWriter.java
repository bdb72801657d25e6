package dev.sandjar.wire;

import dev.sandjar.Output;
import java.nio.ByteBuffer;

/** Frames as bytes. Bulk is not copied: {@link #head} is what goes before it. */
public final class FrameWriter {
    private FrameWriter() {}

    /** What is sent before the bytes of {@link #bulk}; the whole frame when there are none. */
    public static byte[] head(Frame frame) {
        return switch (frame) {
            case Frame.Told(Output.Chunk(Output.Stream stream, long offset, ByteBuffer bytes)) ->
                head(stream == Output.Stream.STDOUT ? 1 : 2, 8 + bytes.remaining(), 8)
                        .putLong(offset)
                        .array();
            case Frame.Told(Output.Gap(long from, long to)) ->
                head(3, 16, 16).putLong(from).putLong(to).array();
            case Frame.Ended(var ending, long total) ->
                head(4, 17, 17)
                        .put((byte) Endings.how(ending))
                        .putLong(Endings.value(ending))
                        .putLong(total)
                        .array();
            case Frame.Data(ByteBuffer bytes) -> head(5, bytes.remaining(), 0).array();
            case Frame.End _ -> head(6, 0, 0).array();
            case Frame.Event(var json) -> whole(7, Json.bytes(json));
            case Frame.Failed(var why) -> whole(8, Json.bytes(Errors.write(why)));
            case Frame.Heartbeat _ -> head(9, 0, 0).array();
            case Frame.LetGo _ -> head(11, 0, 0).array();
            case Frame.Taken(long bytes) -> head(10, 8, 8).putLong(bytes).array();
        };
    }

    /** The bytes that follow {@link #head}: a view, empty for most frames. */
    public static ByteBuffer bulk(Frame frame) {
        return switch (frame) {
            case Frame.Told(Output.Chunk(var _, long _, ByteBuffer bytes)) -> bytes;
            case Frame.Data(ByteBuffer bytes) -> bytes.duplicate();
            default -> ByteBuffer.allocate(0);
        };
    }

    /** A whole frame, copied. */
    public static byte[] bytes(Frame frame) {
        byte[] head = head(frame);
        ByteBuffer bulk = bulk(frame);
        if (!bulk.hasRemaining()) {
            return head;
        }
        ByteBuffer all = ByteBuffer.allocate(head.length + bulk.remaining());
        return all.put(head).put(bulk).array();
    }

    private static byte[] whole(int type, byte[] payload) {
        return head(type, payload.length, payload.length).put(payload).array();
    }

    private static ByteBuffer head(int type, int length, int here) {
        if (length > Frame.LARGEST) {
            throw new IllegalArgumentException("a frame of " + length + " bytes");
        }
        return ByteBuffer.allocate(Frame.HEADER + here).put((byte) type).putInt(length);
    }
}
