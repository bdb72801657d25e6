package dev.sandjar;

import java.nio.ByteBuffer;

/** What a command's journal gives its readers, in the order in which the agent read it. */
public sealed interface Output {
    /**
     * The offset after it: where whoever has it goes on.
     *
     * @return counted over both streams from the command's start
     */
    long end();

    /**
     * How much of what the command wrote is here.
     *
     * @return bytes; none of what was forgotten
     */
    int size();

    /**
     * Bytes as the command wrote them. Not text: a code point may continue in the next chunk.
     *
     * @param stream which stream they were written to
     * @param offset of the first byte, counted over both streams from the command's start
     * @param bytes read-only; at least one
     */
    record Chunk(Stream stream, long offset, ByteBuffer bytes) implements Output {
        /**
         * Bytes as the command wrote them.
         *
         * @return read-only, with a position of its own each time: whoever reads them changes nothing for others
         */
        @Override
        public ByteBuffer bytes() {
            return bytes.duplicate();
        }

        @Override
        public long end() {
            return offset + size();
        }

        @Override
        public int size() {
            return bytes.remaining();
        }
    }

    /**
     * Bytes that the journal forgot before this reader came to them.
     *
     * @param from offset of the first
     * @param to offset after the last
     */
    record Gap(long from, long to) implements Output {
        @Override
        public long end() {
            return to;
        }

        @Override
        public int size() {
            return 0;
        }
    }

    /** The two streams of a program. With a terminal there is only {@code STDOUT}. */
    enum Stream {
        /** File descriptor 1. */
        STDOUT,
        /** File descriptor 2. */
        STDERR
    }
}
