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
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows a command's journal from an offset to its end, over as many links as that takes: after a cut it goes on where it was. While one
 * is open, the sandbox is in use. For one thread.
 */
final class OutputFollower implements AutoCloseable {
    private final LiveSandbox sandbox;
    private final AgentConnection agent;
    private final CommandId command;
    private final int streams;
    private @Nullable Channel channel;
    private long offset;
    private boolean replied;
    private boolean ended;
    private boolean released;
    private Optional<Ending> ending = Optional.empty();

    /** @param opened a FOLLOW that was sent already and not answered yet; null to send one at the first {@link #next} */
    OutputFollower(LiveSandbox sandbox, CommandId command, long offset, int streams, @Nullable Channel opened) {
        this.sandbox = sandbox;
        this.agent = sandbox.acquire();
        this.command = command;
        this.offset = offset;
        this.streams = streams;
        this.channel = opened;
    }

    static Request request(CommandId command, long offset, int streams) {
        return Requests.follow(command.value(), offset, streams, streams != Requests.NO_STREAM);
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

    /** @throws LimitReached nothing came for so long; the follower goes on */
    @Nullable
    Output next(Duration longest) throws InterruptedException {
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
                throw AgentErrors.translate(e, "command " + command);
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
        if (channel == null) {
            channel = agent.open(request(command, offset, streams));
        }
        return channel;
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
                if (output.offset() < offset || (output.stream() & streams) == 0) {
                    throw new ProtocolException("OUTPUT that was not asked for");
                }
                offset = output.offset() + output.bytes().remaining();
                var stream = output.stream() == 1 ? Output.Stream.STDOUT : Output.Stream.STDERR;
                return new Output.Chunk(stream, output.offset(), output.bytes());
            }
            case Frame.Event event
            when replied && event.event() == 1 -> {
                Replies.Gap gap = Replies.gap(event.payload());
                if (gap.from() < offset) {
                    throw new ProtocolException("GAP in what was sent already");
                }
                offset = gap.to();
                return new Output.Gap(gap.from(), gap.to());
            }
            case Frame.Event event
            when replied && event.event() == 2 -> {
                Replies.EndOfOutput end = Replies.endOfOutput(event.payload());
                ending = Endings.of(end.ending());
                ended = true;
                release();
                return null;
            }
            default -> throw new ProtocolException("a frame that FOLLOW does not have");
        }
    }

    @Override
    public void close() {
        ended = true;
        if (channel != null) {
            channel.close();
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
