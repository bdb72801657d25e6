package dev.sandjar.oci.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that overrides one method, by which each of its bytes comes: none is read alone, skipped or read again behind its back. */
abstract class WatchedInput extends FilterInputStream {
    WatchedInput(InputStream in) {
        super(in);
    }

    @Override
    public abstract int read(byte[] to, int offset, int length) throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final long skip(long n) throws IOException {
        byte[] waste = new byte[Math.clamp(n, 0, 8_192)];
        return Math.max(read(waste, 0, waste.length), 0);
    }

    @Override
    public final boolean markSupported() {
        return false;
    }
}
