package dev.sandjar.server.door.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Carries bytes from one stream to another on a thread of its own, which ends with either. */
final class Pump {
    private static final int PIECE = 64 * 1024;

    private Pump() {}

    /** Closes {@code to} at the end of {@code from}. */
    static void start(String name, InputStream from, OutputStream to) {
        start(name, from, to, () -> {});
    }

    /**
     * The same.
     *
     * @param ended run at the end
     */
    static void start(String name, InputStream from, OutputStream to, Runnable ended) {
        Thread.ofVirtual().name(name).start(() -> {
            try (to) {
                carry(from, to);
            } catch (IOException gone) {
                // whoever waits for the other direction is told there
            } finally {
                ended.run();
            }
        });
    }

    static void carry(InputStream from, OutputStream to) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
            to.write(piece, 0, count);
            to.flush();
        }
    }
}
