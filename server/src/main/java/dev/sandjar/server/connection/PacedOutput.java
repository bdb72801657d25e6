package dev.sandjar.server.connection;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The framework's stream to a client, at its event loop's pace. By itself that stream waits for the socket, but only once the event loop has seen what
 * was written: to an event loop that is behind it gives without an end, and files that nobody reads fill the memory.
 */
public final class PacedOutput extends FilterOutputStream {
    static final int STEP = 64 * 1024; // bytes that the event loop may be behind

    private final Executor loop;
    private int ahead;

    /**
     * @param out writes the request's answer from any thread
     */
    public PacedOutput(OutputStream out, HttpServerRequest request) {
        super(out);
        this.loop =
                ((ConnectionBase) request.connection()).channelHandlerContext().executor();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Waits for the event loop, and for the client while the socket is full. */
    @Override
    public void write(byte[] from, int start, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int some = Math.min(length - done, STEP - ahead);
            out.write(from, start + done, some);
            done += some;
            ahead += some;
            if (ahead == STEP) {
                awaitTaken();
                ahead = 0;
            }
        }
    }

    /** The event loop takes what it is given in order. */
    private void awaitTaken() throws IOException {
        var taken = new CountDownLatch(1);
        try {
            loop.execute(taken::countDown);
            taken.await();
        } catch (RejectedExecutionException e) {
            throw new IOException("the server stops", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        }
    }
}
