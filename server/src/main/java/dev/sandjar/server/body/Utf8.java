package dev.sandjar.server.body;

import java.nio.ByteBuffer;

/** Text that is cut wherever it comes. */
public final class Utf8 {
    private Utf8() {}

    /** How many bytes at the end begin a code point that does not end there: 0 to 3. */
    public static int unfinished(ByteBuffer bytes) {
        int end = bytes.limit();
        for (int back = 1; back <= Math.min(3, bytes.remaining()); back++) {
            int one = bytes.get(end - back) & 0xff;
            if (one >= 0xc0) {
                int length = one >= 0xf0 ? 4 : one >= 0xe0 ? 3 : 2;
                return length > back ? back : 0;
            }
            if (one < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}
