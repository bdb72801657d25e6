package dev.sandjar.server.door.api;

import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.Frame;
import java.io.IOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * One connection's way through a command's output. While this is open, connected or not, the journal holds what the client did not confirm.
 * A response carries so much, and then ends; on an upgraded connection the client says what it has, and output flows without end.
 */
final class OutputSession implements AutoCloseable {
    /** What a response carries, which nobody confirms: small beside a journal. */
    private static final int RESPONSE = 128 * 1024;

    private static final int BLOCK = 512; // what a journal spends on the smallest piece

    private final RunningCommand command;
    private final long from;
    private volatile Runnable cut = () -> {};
    private volatile boolean done;
    private boolean closed;
    private @Nullable Runnable whenClosed;

    /** @param command at the offset; let go of when this is closed */
    OutputSession(RunningCommand command, long offset) {
        this.command = command;
        this.from = offset;
    }

    /** From now on the journal is held. */
    void hold() {
        command.confirm(from);
        command.output();
    }

    /** Answers with what a response carries; with <em>end</em> when there is more. */
    void respond(ApiCall call) throws IOException, InterruptedException {
        FrameSink sink = call.frames();
        cut = call::cut;
        hold();
        sink.send(new Frame.Heartbeat()); // the client waits to hear that it follows
        Frame next = next(from);
        for (int cost = 0; next instanceof Frame.Told told; next = next(end(told.output()))) {
            sink.send(told);
            cost += cost(told.output());
            if (cost >= RESPONSE) {
                next = new Frame.End();
                break;
            }
        }
        cut = () -> {}; // the connection may serve something else from now on
        done = !(next instanceof Frame.End);
        call.last(next);
    }

    /** Sends all there is, while the client says what it has. */
    void exchange(ApiCall call) throws IOException, InterruptedException {
        try (Tunnel tunnel = call.upgrade()) {
            cut = tunnel::close;
            tunnel.send(new Frame.Taken(from)); // from now on nothing is lost
            Thread down = Thread.ofVirtual().name("output-" + command.id()).start(() -> down(tunnel));
            try {
                while (true) {
                    if (!(tunnel.receive() instanceof Frame.Taken(long position))) {
                        throw tunnel.refuse("a frame that a reader of output does not have");
                    }
                    command.confirm(position);
                }
            } catch (SandboxException e) {
                tunnel.fail(e);
            } catch (IOException cutOrDone) {
                // the client comes back, or has all
            } finally {
                down.interrupt();
                down.join();
            }
        }
    }

    private void down(Tunnel tunnel) {
        try {
            Frame next = next(from);
            while (next instanceof Frame.Told told) {
                tunnel.send(told);
                next = next(end(told.output()));
            }
            done = true;
            tunnel.send(next);
        } catch (IOException e) {
            // gone: it comes back, if there is more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param end of what was told before */
    private Frame next(long end) throws InterruptedException {
        Iterator<Output> output = command.output();
        try {
            return output.hasNext() ? new Frame.Told(output.next()) : new Frame.Ended(command.await(), end);
        } catch (SandboxException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the client is gone");
            }
            return new Frame.Failed(e);
        }
    }

    static int cost(Output output) {
        return BLOCK + (output instanceof Output.Chunk chunk ? chunk.bytes().remaining() : 0);
    }

    static long end(Output output) {
        return switch (output) {
            case Output.Chunk(var _, long offset, var bytes) -> offset + bytes.remaining();
            case Output.Gap(long _, long to) -> to;
        };
    }

    /** Whether the last frame was sent. A client that was cut from it begins anew: what has ended keeps its output. */
    boolean isDone() {
        return done;
    }

    /** Runs that once this is closed. */
    synchronized void whenClosed(Runnable action) {
        if (closed) {
            action.run();
        } else {
            whenClosed = action;
        }
    }

    /** Lets go of the command, and ends the connection if there is one. */
    @Override
    public void close() {
        Runnable action;
        synchronized (this) {
            action = whenClosed;
            whenClosed = null;
            closed = true;
        }
        command.close();
        cut.run();
        if (action != null) {
            action.run();
        }
    }
}
