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
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command's output from an offset to its end, over as many connections as that takes. The server knows this way through the
 * output as a session: it holds what we did not say that we have. It begins with a response, which is all that short output needs; when
 * the server ends that, it goes on over a connection on which we say what we have. For one thread, but for {@link #close} and {@link
 * #confirm}.
 */
final class OutputFollower implements AutoCloseable {
    /** Is had, at most, before the server is told; much less than a journal. */
    private static final int MOST_UNTOLD = 512 * 1024;

    /** As {@link #MOST_UNTOLD}, when nothing more has arrived. */
    private static final int MOST_UNTOLD_WHEN_QUIET = 64 * 1024;

    private static final int BLOCK = 512; // what a journal spends on the smallest piece

    private final Server server;
    private final Outage outage;
    private final Target target;
    private volatile @Nullable FrameSource stream;
    private volatile @Nullable Tunnel tunnel; // the stream, when it takes word from us
    private volatile boolean closed;
    private volatile long offset;
    private volatile long confirmed;
    private volatile boolean confirming; // our reader does
    private boolean upgraded;
    private long asked; // no output before that is ours to see on this connection
    private int untold;
    private Optional<Ending> ending = Optional.empty();

    private OutputFollower(Server server, Target target, long offset) {
        this.server = server;
        this.outage = server.outage();
        this.target = target;
        this.offset = offset;
        this.confirmed = offset;
        this.asked = offset;
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
        asked = confirming ? confirmed : offset;
        untold = 0;
        return Call.get(target.with("offset", asked));
    }

    /** Known after {@link #next} has returned null. */
    Optional<Ending> ending() {
        return ending;
    }

    long offset() {
        return offset;
    }

    /** From now on what is not confirmed is held, over cuts too; until the first call, what was read is confirmed. */
    void confirm(long position) {
        confirming = true;
        if (position > offset) {
            throw beyond(position, offset);
        }
        if (position > confirmed) {
            tell(position);
        }
    }

    static SandboxException beyond(long position, long offset) {
        return SandboxException.invalid("offset", position, "at most " + offset + ", up to which output was read");
    }

    private void tell(long position) {
        confirmed = position;
        Tunnel open = tunnel;
        if (open != null) {
            try {
                open.send(new Frame.Taken(position));
            } catch (IOException cut) {
                open.close(); // whoever reads it begins anew, and says it again
            }
        }
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
            if (!upgraded) {
                return server.frames(at(), outage);
            }
            Tunnel opened = server.tunnel(at(), outage);
            stream = opened; // so that close() reaches it
            if (!closed && !(opened.next() instanceof Frame.Taken)) {
                throw new MalformedFrameException("output begins with what was taken");
            }
            tunnel = opened;
            if (confirmed > asked) {
                tell(confirmed); // confirm() came in between and did not see it
            }
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
                expect(chunk.offset() >= asked);
                return chunk(chunk);
            }
            case Frame.Told(Output.Gap(long from, long to)) -> {
                expect(from >= asked);
                asked = to;
                return gap(from, to);
            }
            case Frame.Ended ended -> {
                ending = Optional.of(ended.ending());
                drop();
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

    /** What was not confirmed may come twice: before a cut and after it. */
    private @Nullable Output chunk(Output.Chunk chunk) {
        ByteBuffer bytes = chunk.bytes();
        asked = chunk.offset() + bytes.remaining();
        if (asked <= offset) {
            return null;
        }
        int known = (int) Math.max(0, offset - chunk.offset());
        offset = asked;
        untold += BLOCK + bytes.remaining();
        if (!confirming && untold >= MOST_UNTOLD_WHEN_QUIET && (untold >= MOST_UNTOLD || isQuiet())) {
            untold = 0;
            tell(offset);
        }
        return known == 0
                ? chunk
                : new Output.Chunk(
                        chunk.stream(),
                        chunk.offset() + known,
                        bytes.slice(bytes.position() + known, bytes.remaining() - known));
    }

    private @Nullable Output gap(long from, long to) {
        long fresh = Math.max(from, offset);
        if (to <= fresh) {
            return null;
        }
        offset = to;
        return new Output.Gap(fresh, to);
    }

    private boolean isQuiet() {
        try {
            Tunnel open = tunnel;
            return open != null && !open.hasNews();
        } catch (IOException cut) {
            return false; // the next read says so
        }
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
