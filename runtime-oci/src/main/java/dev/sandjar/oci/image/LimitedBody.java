package dev.sandjar.oci.image;

import dev.sandjar.runtime.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A response's body that ends with its deadline: the JDK's client limits the wait for its head alone, so a registry that stops in the middle
 * would hold us for ever.
 */
final class LimitedBody extends FilterInputStream {
    private final Deadline deadline;
    private final String doing;
    private final CompletableFuture<Void> closing;

    LimitedBody(InputStream body, Deadline deadline, String doing) {
        super(body);
        this.deadline = deadline;
        this.doing = doing;
        this.closing = CompletableFuture.runAsync(
                this::end, CompletableFuture.delayedExecutor(deadline.left().toNanos(), TimeUnit.NANOSECONDS));
    }

    private void end() {
        try {
            in.close(); // whoever reads gets an exception
        } catch (IOException e) {
            // it is closed for us
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        try {
            return in.read(to, start, length);
        } catch (IOException e) {
            deadline.check(doing);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        closing.cancel(false);
        in.close();
    }
}
