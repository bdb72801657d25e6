package dev.sandjar.server.body;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A body that is read whole, once it is known whose it is. Few large ones are read at one time: together they would fill the memory. */
public final class WholeBody {
    /** As nearly all are; these wait for nobody. */
    private static final int SMALL = 64 * 1024;

    private static final Semaphore LARGE_ONES = new Semaphore(4, true);

    private WholeBody() {}

    /**
     * Reads to the end.
     *
     * @param largest bytes; a longer one is refused
     * @param silence how long others may keep a large one waiting (limit "body")
     */
    public static byte[] read(InputStream body, int largest, Duration silence) throws InterruptedException {
        byte[] start = some(body, SMALL);
        if (start.length < SMALL) {
            return start;
        }
        if (!LARGE_ONES.tryAcquire(silence.toMillis(), TimeUnit.MILLISECONDS)) {
            throw SandboxException.deadlineExceeded(
                    "body", silence.toSeconds() + " s", "waiting for other large bodies");
        }
        try {
            byte[] rest = some(body, largest - SMALL + 1);
            if (start.length + rest.length > largest) {
                throw new SandboxException(
                        ErrorCode.TOO_LARGE, "the body is larger than " + largest + " bytes", "send less", null);
            }
            byte[] all = Arrays.copyOf(start, start.length + rest.length);
            System.arraycopy(rest, 0, all, start.length, rest.length);
            return all;
        } finally {
            LARGE_ONES.release();
        }
    }

    private static byte[] some(InputStream body, int most) {
        try {
            return body.readNBytes(most);
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why
                    ? why
                    : new SandboxException(ErrorCode.UNAVAILABLE, "the body ended early", "send it again", e);
        }
    }
}
