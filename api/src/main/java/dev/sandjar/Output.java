package dev.sandjar;

import java.nio.ByteBuffer;

/** What a command's journal gives its readers, in the order in which the agent read it. */
public sealed interface Output {
    /**
     * Bytes as the command wrote them. Not text: a code point may continue in the next chunk.
     *
     * @param stream which stream they were written to
     * @param offset of the first byte, counted over both streams from the command's start
     * @param bytes read-only; at least one
     */
    record Chunk(Stream stream, long offset, ByteBuffer bytes) implements Output {}

    /**
     * Bytes that the journal forgot before this reader came to them.
     *
     * @param from offset of the first
     * @param to offset after the last
     */
    record Gap(long from, long to) implements Output {}

    /** The two streams of a program. With a terminal there is only {@code STDOUT}. */
    enum Stream {
        /** File descriptor 1. */
        STDOUT,
        /** File descriptor 2. */
        STDERR
    }
}
