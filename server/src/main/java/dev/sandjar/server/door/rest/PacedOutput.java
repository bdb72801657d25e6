package dev.sandjar.server.door.rest;

import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The framework's stream to a client, at its event loop's pace. By itself that stream waits for the socket, but only once the event loop has seen what
 * was written: to an event loop that is behind it gives without an end, and files that nobody reads fill the memory. For threads that may wait.
 */
final class PacedOutput extends FilterOutputStream {
    static final int STEP = 64 * 1024; // bytes that the event loop may be behind

    private final Executor loop;
    private int ahead;

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
