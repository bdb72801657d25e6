package dev.sandjar.bench;

import java.io.IOException;
import java.io.InputStream;

/** Streams of one gibibyte. */
final class Bulk {
    static final long GIB = 1L << 30;

    private Bulk() {}

    /** MB a second. */
    static double rate(Samples samples) {
        return GIB / 1e6 / (samples.p50() / 1e3);
    }

    /** Reads to the end, and tells how many bytes there were. */
    static long drain(InputStream in) throws IOException {
        byte[] buffer = new byte[256 * 1024];
        long count = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            count += n;
        }
        return count;
    }

    static InputStream zeros() {
        return new Zeros(GIB);
    }

    /** So many zeros. */
    private static final class Zeros extends InputStream {
        private long left;

        Zeros(long count) {
            left = count;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] to, int start, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            left -= count;
            return count;
        }
    }
}
