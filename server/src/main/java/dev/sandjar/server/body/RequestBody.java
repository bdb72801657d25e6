package dev.sandjar.server.body;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A request's body. The client is told to continue only at the first read, so that a request which is refused before that costs it
 * nothing.
 */
public final class RequestBody extends InputStream {
    private final HttpServerRequest request;
    private final StreamInput input;
    private boolean started; // the reader's

    /**
     * @param request whose body nobody else reads
     * @param limit how long the client may send nothing (limit "body")
     */
    public RequestBody(HttpServerRequest request, Duration limit) {
        this.request = request;
        this.input = new StreamInput(request, limit);
    }

    @Override
    public int read() throws IOException {
        start();
        return input.read();
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        start();
        return input.read(to, start, length);
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        request.pause();
        if (request.isEnded()) {
            input.end();
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        input.open();
    }

    @Override
    public void close() {
        input.close();
    }
}
