package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import java.nio.ByteBuffer;

/**
 * One piece of a stream. On the wire: {@code u8 type}, {@code u32 length}, that many bytes of payload; numbers are big-endian.
 * A stream that stops without its last frame ({@link Ended}, {@link End} or {@link Failed}) was cut, whatever HTTP says.
 */
public sealed interface Frame {
    /** The content type of bodies that are made of frames. */
    String CONTENT_TYPE = "application/vnd.sandjar.frames";
    /** The protocol that connections are upgraded to when frames go both ways. */
    String UPGRADE = "sandjar-frames";
    /** Bytes of type and length. */
    int HEADER = 5;
    /** The longest payload. */
    int LARGEST = 1 << 20;

    /** Types 1 to 3: a command's output: 1 standard output, 2 standard error (each {@code u64} offset, bytes), 3 gap ({@code u64} from, to). */
    record Told(Output output) implements Frame {}

    /** Type 4: a command has ended: {@code u8} how, {@code u64} value, {@code u64} bytes of output in all. */
    record Ended(Ending ending, long total) implements Frame {}

    /** Type 5: bytes of a file, a connection or standard input; at least one. */
    record Data(ByteBuffer bytes) implements Frame {}

    /** Type 6: no more comes in this direction; the one true end of {@link Data}. */
    record End() implements Frame {}

    /** Type 7: JSON, whatever the stream is about. */
    record Event(JsonNode json) implements Frame {}

    /** Type 8: the error that ends the stream, as JSON. */
    record Failed(SandboxException why) implements Frame {}

    /** Type 9: nothing happened, but I am here. */
    record Heartbeat() implements Frame {}

    /** Type 11: I want no more of this, on purpose; what was begun and not ended is undone. */
    record LetGo() implements Frame {}

    /** Type 10: so many bytes of yours were taken in all: {@code u64}. */
    record Taken(long bytes) implements Frame {}
}
