package dev.sandjar.server.door.api;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.body.RequestBody;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A body that is read whole, once it is known whose it is. Few large ones are read at one time: together they would fill the memory. */
final class JsonContent {
    /** A spec with the largest environment that is of use. */
    private static final int LARGEST = 8 << 20;

    /** As nearly all are; these wait for nobody. */
    private static final int SMALL = 64 * 1024;

    private static final Semaphore LARGE_ONES = new Semaphore(4, true);

    private JsonContent() {}

    /** Serves once the body of the request, which is paused, is read. */
    static ApiDoor.Handling before(ApiDoor.Handling handling, HttpServerRequest request, Duration silence) {
        return call -> {
            call.read(whole(request, silence));
            handling.handle(call);
        };
    }

    private static byte[] whole(HttpServerRequest request, Duration silence) throws InterruptedException {
        try (var body = new RequestBody(request, silence)) {
            byte[] start = read(body, SMALL);
            if (start.length < SMALL) {
                return start;
            }
            if (!LARGE_ONES.tryAcquire(silence.toMillis(), TimeUnit.MILLISECONDS)) {
                throw SandboxException.deadlineExceeded(
                        "body", silence.toSeconds() + " s", "waiting for other large bodies");
            }
            try {
                byte[] rest = read(body, LARGEST - SMALL + 1);
                if (start.length + rest.length > LARGEST) {
                    throw tooLarge();
                }
                return joined(start, rest);
            } finally {
                LARGE_ONES.release();
            }
        }
    }

    private static byte[] read(RequestBody body, int most) {
        try {
            return body.readNBytes(most);
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why
                    ? why
                    : new SandboxException(ErrorCode.UNAVAILABLE, "the body ended early", "send it again", e);
        }
    }

    private static byte[] joined(byte[] start, byte[] rest) {
        byte[] all = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, all, start.length, rest.length);
        return all;
    }

    private static SandboxException tooLarge() {
        return new SandboxException(
                ErrorCode.TOO_LARGE, "the body is larger than " + LARGEST + " bytes", "send less", null);
    }
}
