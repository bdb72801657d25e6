package dev.sandjar.compat.kmetis.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** What a command writes, as far as it fits into memory. */
final class Written extends OutputStream {
    /** One stream of one command: 64 MiB. */
    static final int MOST = 64 << 20;

    private final Runnable whenFull;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // guarded by this

    Written(Runnable whenFull) {
        this.whenFull = whenFull;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] some, int offset, int length) throws IOException {
        synchronized (this) {
            if (bytes.size() + length <= MOST) {
                bytes.write(some, offset, length);
                return;
            }
        }
        whenFull.run();
    }

    synchronized String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
