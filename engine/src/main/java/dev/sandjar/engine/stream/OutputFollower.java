package dev.sandjar.engine.stream;

import dev.sandjar.CommandId;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.AgentTimeoutException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.LinkCutException;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Request;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.AgentErrors;
import dev.sandjar.engine.link.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command's journal from an offset to its end, over as many links as that takes: after a cut it goes on where it was. While one
 * is open, the sandbox is in use. For one thread, but for {@link #confirm}.
 */
final class OutputFollower implements AutoCloseable {
    /** Is taken at most before the agent is told; small beside a journal. */
    private static final int MOST_UNTOLD = 256 * 1024;

    private static final int BLOCK = 512; // what a journal spends on the smallest piece

    private final LiveSandbox sandbox;
    private final AgentConnection agent;
    private final CommandId command;
    private final int streams;
    private final Consumer<Ending> whenEnded;
    private volatile @Nullable Channel channel;
    private volatile long offset;
    private volatile long confirmed;
    private volatile boolean confirming; // our reader does
    private long asked; // no output before that is ours to see on this channel
    private int untold;
    private boolean replied;
    private volatile boolean ended;
    private boolean released;
    private Optional<Ending> ending = Optional.empty();

    /**
     * @param whenEnded hears the ending, which the agent may forget at once
     * @param opened a FOLLOW that was sent already and not answered yet; null to send one at the first {@link #next}
     */
    OutputFollower(
            LiveSandbox sandbox,
            CommandId command,
            long offset,
            int streams,
            Consumer<Ending> whenEnded,
            @Nullable Channel opened) {
        this.sandbox = sandbox;
        this.agent = sandbox.acquire();
        this.command = command;
        this.offset = offset;
        this.confirmed = offset;
        this.asked = offset;
        this.streams = streams;
        this.whenEnded = whenEnded;
        this.channel = opened;
    }

    static Request request(CommandId command, long offset, int streams) {
        return streams == Requests.NO_STREAM
                ? Requests.follow(command.value(), offset, streams, false)
                : Requests.followConfirming(command.value(), offset, streams);
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
    Output next() throws InterruptedException {
        return next(Duration.ofNanos(Long.MAX_VALUE));
    }

    /** From now on what is not confirmed is held, over cuts too; until the first call, asking for the next piece confirms the last. */
    void confirm(long position) {
        confirming = true;
        if (position > offset) {
            throw beyond(position, offset);
        }
        if (position > confirmed) {
            tell(position);
        }
        letGoOfAll();
    }

    /** What has ended is held until our reader has all of it. */
    private void letGoOfAll() {
        Channel open = channel;
        if (ended && open != null && (!confirming || confirmed >= offset)) {
            open.close();
        }
    }

    static SandboxException beyond(long position, long offset) {
        return SandboxException.invalid("offset", position, "at most " + offset + ", up to which output was read");
    }

    private void tell(long position) {
        confirmed = position;
        Channel open = channel;
        if (open != null) {
            open.taken(position);
        }
    }

    private void confirmLast() {
        if (!confirming && untold >= MOST_UNTOLD) {
            untold = 0;
            tell(offset);
        }
    }

    /** @throws LimitReached nothing came for so long; the follower goes on */
    @Nullable
    Output next(Duration longest) throws InterruptedException {
        confirmLast();
        boolean again = true; // a link that is cut twice in a row without a byte between is given up
        while (!ended) {
            try {
                Frame frame = channel().take(longest);
                if (frame == null) {
                    throw new ProtocolException("FOLLOW closed before ENDED");
                }
                Output output = read(frame);
                if (output != null) {
                    return output;
                }
            } catch (LinkCutException e) {
                if (!again) {
                    throw givenUp(e);
                }
                again = false;
                channel = null;
                replied = false;
            } catch (AgentTimeoutException e) {
                throw new LimitReached();
            } catch (AgentException e) {
                close();
                throw AgentErrors.translate(e, Subject.command(command));
            } catch (IOException e) {
                throw givenUp(e);
            }
        }
        return null;
    }

    private SandboxException givenUp(IOException e) {
        close();
        return agent.lost(e);
    }

    private Channel channel() {
        Channel open = channel;
        if (open == null) {
            asked = confirming ? confirmed : offset;
            open = agent.open(request(command, asked, streams));
            channel = open;
            if (confirmed > asked) {
                open.taken(confirmed); // confirm() came in between and did not see it
            }
        }
        return open;
    }

    private @Nullable Output read(Frame frame) throws ProtocolException {
        switch (frame) {
            case Frame.Reply reply -> {
                Replies.empty(reply.payload());
                replied = true;
                return null;
            }
            case Frame.Output output
            when replied -> {
                if (output.offset() < asked || (output.stream() & streams) == 0) {
                    throw new ProtocolException("OUTPUT that was not asked for");
                }
                return chunk(output);
            }
            case Frame.Event event
            when replied && event.event() == 1 -> {
                Replies.Gap gap = Replies.gap(event.payload());
                if (gap.from() < asked) {
                    throw new ProtocolException("GAP in what was sent already");
                }
                asked = gap.to();
                long from = Math.max(gap.from(), offset);
                if (gap.to() <= from) {
                    return null;
                }
                offset = gap.to();
                return new Output.Gap(from, gap.to());
            }
            case Frame.Event event
            when replied && event.event() == 2 -> {
                Replies.EndOfOutput end = Replies.endOfOutput(event.payload());
                ending = Endings.of(end.ending());
                ending.ifPresent(whenEnded);
                ended = true;
                letGoOfAll();
                release();
                return null;
            }
            default -> throw new ProtocolException("a frame that FOLLOW does not have");
        }
    }

    /** What was not confirmed may come twice: before a cut and after it. */
    private @Nullable Output chunk(Frame.Output output) {
        asked = output.offset() + output.bytes().remaining();
        long start = Math.max(output.offset(), offset);
        int known = (int) Math.min(start - output.offset(), output.bytes().remaining());
        ByteBuffer fresh = output.bytes().slice(known, output.bytes().remaining() - known);
        if (!fresh.hasRemaining()) {
            return null;
        }
        sandbox.used();
        offset = start + fresh.remaining();
        untold += BLOCK + fresh.remaining();
        return new Output.Chunk(output.stream() == 1 ? Output.Stream.STDOUT : Output.Stream.STDERR, start, fresh);
    }

    @Override
    public void close() {
        ended = true;
        Channel open = channel;
        if (open != null) {
            open.close();
        }
        release();
    }

    private void release() {
        if (!released) {
            released = true;
            sandbox.release();
        }
    }

    /** The caller's own limit; nothing is wrong. */
    static final class LimitReached extends RuntimeException {
        LimitReached() {
            super(null, null, false, false);
        }
    }
}
