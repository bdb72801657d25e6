package dev.sandjar.client;

import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Follows a command's output from an offset to its end, over as many connections as that takes. For one thread, but for {@link #close}. */
final class OutputFollower implements AutoCloseable {
    private final Server server;
    private final Outage outage;
    private final LongFunction<Call> from;
    private volatile @Nullable FrameStream stream;
    private volatile boolean closed;
    private long offset;
    private Optional<Ending> ending = Optional.empty();

    private OutputFollower(Server server, Outage outage, LongFunction<Call> from, long offset, FrameStream stream) {
        this.server = server;
        this.outage = outage;
        this.from = from;
        this.offset = offset;
        this.stream = stream;
    }

    /**
     * Begins to follow; returns when the server does.
     *
     * @param from how to ask for the output from an offset on
     */
    static OutputFollower open(Server server, long offset, LongFunction<Call> from) {
        return open(server, offset, from.apply(offset), from);
    }

    /** As above, with a first call that also starts the command. */
    static OutputFollower open(Server server, long offset, Call first, LongFunction<Call> from) {
        Outage outage = server.outage();
        while (true) {
            try {
                return new OutputFollower(server, outage, from, offset, server.frames(first, outage));
            } catch (SandboxException e) {
                if (!outage.lasts()
                        || first.doneBefore().filter(e.code()::equals).isEmpty()) {
                    throw e;
                }
                first = from.apply(offset);
            } catch (IOException e) {
                outage.failed(e);
            }
        }
    }

    /** Known after {@link #next} has returned null. */
    Optional<Ending> ending() {
        return ending;
    }

    long offset() {
        return offset;
    }

    /** Waits for more; null when the command has ended and all was told. */
    @Nullable
    Output next() {
        while (ending.isEmpty()) {
            if (closed) {
                throw new SandboxException(
                        ErrorCode.INVALID_STATE, "the command was let go of", "attach to it again", null);
            }
            try {
                Output output = read(connected().next());
                outage.over();
                if (output != null) {
                    return output;
                }
            } catch (MalformedFrameException e) {
                close();
                throw server.notUnderstood(e);
            } catch (IOException e) {
                drop();
                if (!closed) {
                    outage.failed(e);
                }
            }
        }
        return null;
    }

    private FrameStream connected() throws IOException {
        FrameStream open = stream;
        if (open == null) {
            open = again();
            stream = open;
            if (closed) {
                drop(); // close() came in between and did not see it
            }
        }
        return open;
    }

    /** A server that is starting may refuse for a while. */
    private FrameStream again() throws IOException {
        try {
            return server.frames(from.apply(offset), outage);
        } catch (SandboxException e) {
            if (e.code().retry() == ErrorCode.Retry.AFTER_DELAY
                    && !Thread.currentThread().isInterrupted()) {
                throw new IOException(e.getMessage(), e);
            }
            throw e;
        }
    }

    private @Nullable Output read(Frame frame) throws MalformedFrameException {
        switch (frame) {
            case Frame.Told(Output.Chunk chunk) -> {
                expect(chunk.offset() >= offset);
                offset = chunk.offset() + chunk.bytes().remaining();
                return chunk;
            }
            case Frame.Told(Output.Gap gap) -> {
                expect(gap.from() >= offset);
                offset = gap.to();
                return gap;
            }
            case Frame.Ended ended -> {
                stream = null;
                ending = Optional.of(ended.ending());
                return null;
            }
            case Frame.Failed(SandboxException why) -> {
                stream = null;
                throw why;
            }
            default -> throw new MalformedFrameException("a frame that output does not have");
        }
    }

    private static void expect(boolean holds) throws MalformedFrameException {
        if (!holds) {
            throw new MalformedFrameException("output that was told before");
        }
    }

    private void drop() {
        FrameStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }
}
