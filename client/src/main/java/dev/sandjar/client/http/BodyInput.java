package dev.sandjar.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A body of chunks, or of a known length. For one thread. */
final class BodyInput extends InputStream {
    private static final int LONGEST_LINE = 1024;

    private final InputStream from;
    private final boolean chunked;
    private long left; // of this chunk, or of the body
    private boolean first = true;
    private boolean ended;

    /** @param length of the body; negative for chunks */
    BodyInput(InputStream from, long length) {
        this.from = from;
        this.chunked = length < 0;
        this.left = Math.max(0, length);
        this.ended = length == 0;
    }

    @Override
    public int read() throws IOException {
        if (!more()) {
            return -1;
        }
        int read = from.read();
        taken(read < 0 ? -1 : 1);
        return read;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int count = from.read(to, start, (int) Math.min(length, left));
        taken(count);
        return count;
    }

    private void taken(int count) throws IOException {
        if (count < 0) {
            throw new EOFException("the body was cut");
        }
        left -= count;
        if (left == 0 && !chunked) {
            ended = true;
        }
    }

    /** Whether at least one byte is to come; reads the line before the next chunk. */
    private boolean more() throws IOException {
        if (left > 0 || ended) {
            return !ended;
        }
        if (!first && !Lines.read(from, LONGEST_LINE).isEmpty()) {
            throw new HttpException("a chunk that is longer than it says");
        }
        first = false;
        left = size(Lines.read(from, LONGEST_LINE));
        if (left == 0) {
            ended = true;
            while (!Lines.read(from, LONGEST_LINE).isEmpty()) {
                // trailers, of which we expect none
            }
        }
        return !ended;
    }

    private static long size(String line) throws HttpException {
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,15}")) {
            throw new HttpException("a chunk without its size");
        }
        return Long.parseLong(digits, 16);
    }
}
