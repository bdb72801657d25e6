package dev.sandjar.engine.stream;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.OutputRange;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.Subject;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a range of a journal: both streams, because one alone would not tell when it is past the end. */
final class JournalReader {
    private final Set<Output.Stream> streams;
    private final Replies.CommandStatus status;
    private final long end;
    private final ByteBuffer bytes;
    private long from;
    private long at;

    private JournalReader(Set<Output.Stream> streams, Replies.CommandStatus status, long from, long end) {
        this.streams = streams;
        this.status = status;
        this.from = from;
        this.at = from;
        this.end = end;
        this.bytes = ByteBuffer.allocate((int) (end - from));
    }

    static OutputRange read(
            AgentConnection agent, Replies.CommandStatus status, Set<Output.Stream> streams, long from, long to) {
        check(streams, status, from, to);
        long begin = Math.max(from, status.oldest());
        long end = Math.min(Math.min(to, status.written()), begin + OutputRange.LONGEST);
        if (begin >= end && from < Math.min(to, status.written())) {
            throw lost(from, status.oldest());
        }
        var reader = new JournalReader(streams, status, begin, Math.max(begin, end));
        try {
            reader.follow(agent);
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
        return new OutputRange(reader.from, reader.at, status.written(), reader.bytes.flip());
    }

    private static void check(Set<Output.Stream> streams, Replies.CommandStatus status, long from, long to) {
        if (streams.isEmpty()) {
            throw SandboxException.invalid("streams", "none", "stdout, stderr or both");
        }
        if (from < 0 || from > status.written()) {
            throw SandboxException.invalid("from", from, "0 to " + status.written() + ", what was written so far");
        }
        if (to < from) {
            throw SandboxException.invalid("to", to, "from, or more");
        }
    }

    private static SandboxException lost(long from, long oldest) {
        return new SandboxException(
                ErrorCode.OUTPUT_LOST,
                "output from " + from + " to " + oldest + " was forgotten",
                "read from " + oldest + " on",
                null);
    }

    private void follow(AgentConnection agent) throws ProtocolException {
        if (at == end) {
            return;
        }
        Subject what = Subject.command(new CommandId(status.id()));
        try (Channel channel = agent.open(Requests.follow(status.id(), at, Requests.BOTH_STREAMS, false))) {
            Replies.empty(agent.reply(channel, what));
            while (at < end && take(agent.take(channel, what))) {
                // the next one
            }
        }
    }

    /** Whether more of this piece may come: not behind a gap. */
    private boolean take(@Nullable Frame frame) throws ProtocolException {
        return switch (frame) {
            case Frame.Output output
            when output.offset() == at -> {
                add(output);
                yield true;
            }
            case Frame.Event event when event.event() == 1 -> forgotten(Replies.gap(event.payload()));
            case null, default -> throw new ProtocolException("a frame that this FOLLOW does not have");
        };
    }

    private void add(Frame.Output output) {
        int length = (int) Math.min(output.bytes().remaining(), end - at);
        if (streams.contains(output.stream() == 1 ? Output.Stream.STDOUT : Output.Stream.STDERR)) {
            bytes.put(output.bytes().slice(output.bytes().position(), length));
        }
        at += length;
    }

    /** The journal moved on while we read. */
    private boolean forgotten(Replies.Gap gap) throws ProtocolException {
        if (gap.from() != at) {
            throw new ProtocolException("GAP elsewhere than in what comes next");
        }
        if (at > from) {
            return false;
        }
        if (gap.to() >= end) {
            throw lost(from, gap.to());
        }
        from = gap.to();
        at = from;
        return true;
    }
}
