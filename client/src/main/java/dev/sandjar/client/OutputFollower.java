package dev.sandjar.client;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command's output from an offset to its end, over as many connections as that takes. The server knows this way through the
 * output as a session, and keeps what we may not have yet. It begins with a response, which is all that short output needs; when the
 * server ends that, it goes on over a connection on which we say what we have. For one thread, but for {@link #close}.
 */
final class OutputFollower implements AutoCloseable {
    private static final int UNTOLD = 512 * 1024; // bytes that we have, at most, before the server is told
    private static final int UNTOLD_WHEN_QUIET =
            64 * 1024; // and when nothing more has arrived; below what a server always sends

    private final Server server;
    private final Outage outage;
    private final Target target;
    private volatile @Nullable FrameSource stream;
    private volatile boolean closed;
    private @Nullable Tunnel tunnel; // the stream, when it takes word from us
    private boolean upgraded;
    private long offset;
    private long told;
    private Optional<Ending> ending = Optional.empty();

    private OutputFollower(Server server, Target target, long offset) {
        this.server = server;
        this.outage = server.outage();
        this.target = target;
        this.offset = offset;
    }

    /**
     * Begins to follow; returns when the server does.
     *
     * @param output of the command
     */
    static OutputFollower open(Server server, Target output, long offset) {
        var follower = new OutputFollower(server, output.with("session", UUID.randomUUID()), offset);
        follower.begin(follower.at());
        return follower;
    }

    /** Starts a command, and follows it from the beginning. */
    static OutputFollower start(Server server, Target output, Target command, CommandSpec spec) {
        UUID session = UUID.randomUUID();
        var follower = new OutputFollower(server, output.with("session", session), 0);
        follower.begin(ServerCommand.startCall(command.with("session", session), spec));
        return follower;
    }

    private void begin(Call call) {
        Call first = call;
        while (stream == null) {
            try {
                stream = server.frames(first, outage);
            } catch (SandboxException e) {
                if (!outage.lasts()
                        || first.doneBefore().filter(e.code()::equals).isEmpty()) {
                    throw e;
                }
                first = at();
            } catch (IOException e) {
                outage.failed(e);
            }
        }
    }

    private Call at() {
        return Call.get(target.with("offset", offset));
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

    private FrameSource connected() throws IOException {
        FrameSource open = stream;
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
    private FrameSource again() throws IOException {
        try {
            told = offset;
            if (!upgraded) {
                return server.frames(at(), outage);
            }
            Tunnel opened = server.tunnel(at(), outage);
            tunnel = opened;
            return opened;
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
                tell();
                return chunk;
            }
            case Frame.Told(Output.Gap gap) -> {
                expect(gap.from() >= offset);
                offset = gap.to();
                return gap;
            }
            case Frame.Ended ended -> {
                ending = Optional.of(ended.ending());
                leave();
                return null;
            }
            case Frame.End _ -> {
                stream = null;
                upgraded = true;
                return null;
            }
            case Frame.Failed(SandboxException why) -> {
                drop();
                throw why;
            }
            default -> throw new MalformedFrameException("a frame that output does not have");
        }
    }

    /** Says what we have, when it is time to. */
    private void tell() {
        long untold = offset - told;
        try {
            boolean quiet = tunnel != null && untold >= UNTOLD_WHEN_QUIET && !tunnel.hasNews();
            if (quiet || untold >= UNTOLD) {
                tellNow();
            }
        } catch (IOException cut) {
            drop(); // what we have is not lost by that
        }
    }

    private void tellNow() throws IOException {
        told = offset;
        if (tunnel != null) {
            tunnel.send(new Frame.Taken(offset));
        }
    }

    /** The server need keep nothing any more. */
    private void leave() {
        try {
            tellNow();
        } catch (IOException cut) {
            // then it forgets after a while
        }
        drop();
    }

    private static void expect(boolean holds) throws MalformedFrameException {
        if (!holds) {
            throw new MalformedFrameException("output that was told before");
        }
    }

    private void drop() {
        FrameSource open = stream;
        stream = null;
        tunnel = null;
        if (open != null) {
            open.close();
        }
    }

    /** Before the end the server would keep what it has for us, and hold the command. */
    @Override
    public void close() {
        boolean early = !closed && ending.isEmpty();
        closed = true;
        FrameSource open = stream;
        if (open != null) {
            open.close();
        }
        if (early) {
            server.mention(Call.delete(target));
        }
    }
}
