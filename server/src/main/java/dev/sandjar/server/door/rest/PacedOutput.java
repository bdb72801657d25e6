package dev.sandjar.server.door.rest;

import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * The framework's stream to a client, at its event loop's pace. By itself that stream waits for the socket, but only once the event loop has seen what
 * was written: to an event loop that is behind it gives without an end, and files that nobody reads fill the memory. For threads that may wait.
 */
final class PacedOutput extends FilterOutputStream {
    static final int MOST = 128 * 1024; // bytes that the event loop may be behind
    private static final int STEP = 32 * 1024; // less than that, so that it need not wait for us, either

    private final Executor loop;
    private final Semaphore steps = new Semaphore(MOST / STEP);
    private int left; // of a step

    /** @param loop does what it is given in order, and what is written to the stream, too */
    PacedOutput(OutputStream out, Executor loop) {
        super(out);
        this.loop = loop;
    }

    /** The answer to a request, written so. */
    static StreamingOutput paced(RoutingContext request, StreamingOutput answer) {
        var connection = (ConnectionBase) request.request().connection();
        return out -> answer.write(
                new PacedOutput(out, connection.channelHandlerContext().executor()));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Waits for the event loop, and for the client while the socket is full. */
    @Override
    public void write(byte[] from, int start, int length) throws IOException {
        for (int done = 0; done < length; ) {
            if (left == 0) {
                begin();
            }
            int some = Math.min(length - done, left);
            out.write(from, start + done, some);
            done += some;
            left -= some;
            if (left == 0) {
                end();
            }
        }
    }

    private void begin() throws IOException {
        try {
            steps.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        }
        left = STEP;
    }

    private void end() throws IOException {
        try {
            loop.execute(steps::release);
        } catch (RejectedExecutionException e) {
            throw new IOException("the server stops", e);
        }
    }
}
