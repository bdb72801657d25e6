package dev.sandjar;

import java.nio.ByteBuffer;

/**
 * A range of what a command has written, as its journal has it.
 *
 * @param from offset of the first byte, over both streams: later than what was asked for when the journal has forgotten that
 * @param to offset after the last byte, over both streams; where to read on
 * @param written bytes of output so far, of both streams together
 * @param bytes of the streams that were asked for; read-only
 */
public record OutputRange(long from, long to, long written, ByteBuffer bytes) {
    /** Bytes of output that one range covers at most: 1 MiB. */
    public static final int LONGEST = 1 << 20;

    /** Protects the bytes. */
    public OutputRange {
        bytes = bytes.asReadOnlyBuffer();
    }
}
