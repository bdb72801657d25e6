package dev.sandjar.client;

import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.StreamMessage;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A command's output between its arrival and its reader: never more than a window and a message, whatever the server does and however often it is cut. What comes
 * twice, before a cut and after it, is known by its offset. Guarded by its follower's lock.
 */
final class OutputWindow {
    /** How much may be in flight and unread, with what pieces cost; much less than a journal. */
    static final int SIZE = 1 << 20;

    private static final int MOST_UNTOLD = SIZE / 2; // is read before the server is told
    private static final int MOST_UNTOLD_WHEN_QUIET = SIZE / 4; // as that, when nothing more has arrived

    private final Deque<Output> unread = new ArrayDeque<>();
    private int here; // cost of what is unread
    private int untold; // cost of what is not, while the server has not been told
    private long asked; // on this connection what is told begins there: before, it was told or not asked for
    private long end; // of what has arrived
    private long offset; // of what was read

    /** @param offset where the output begins */
    OutputWindow(long offset) {
        this.asked = offset;
        this.end = offset;
        this.offset = offset;
    }

    /** Everything before it was read. */
    long offset() {
        return offset;
    }

    /** Everything before it has arrived. */
    long end() {
        return end;
    }

    boolean isEmpty() {
        return unread.isEmpty();
    }

    /** On a new connection output comes from there on, as much as a window has: what is here was read before. */
    void begin(long from) {
        asked = from;
        untold = 0;
    }

    /**
     * Takes what has arrived.
     *
     * @throws SandboxException it was not asked for, or there was no room for it
     */
    void add(Output output) {
        if (here + untold >= SIZE) {
            throw SandboxException.invalid("output", "more than the window", "at most " + SIZE + " that was not taken");
        }
        long start = start(output);
        long until = output.end();
        if (start < asked || until <= start) {
            throw SandboxException.invalid("offset", start, asked + " or more: what was told before does not change");
        }
        asked = until;
        untold += cost(output);
        if (until > end) {
            Output fresh = from(end, output);
            unread.add(fresh);
            here += cost(fresh);
            untold -= cost(fresh);
            end = until;
        }
    }

    /** What is next for the reader; null: nothing has arrived. */
    @Nullable
    Output poll() {
        Output next = unread.poll();
        if (next != null) {
            offset = next.end();
            here -= cost(next);
            untold += cost(next);
        }
        return next;
    }

    /** Everything before it was read, and has come on this connection. */
    long taken() {
        return Math.min(offset, asked);
    }

    /** Whether the server should hear what was taken: seldom while there is more, and soon before it would have to wait. */
    boolean isWorthTelling() {
        return untold >= (unread.isEmpty() ? MOST_UNTOLD_WHEN_QUIET : MOST_UNTOLD);
    }

    void told() {
        untold = 0;
    }

    /** The part of it that begins there. */
    private static Output from(long position, Output output) {
        return switch (output) {
            case Output.Chunk(var stream, long offset, ByteBuffer bytes)
            when offset < position -> {
                int known = (int) (position - offset);
                yield new Output.Chunk(
                        stream, position, bytes.slice(bytes.position() + known, bytes.remaining() - known));
            }
            case Output.Gap(long from, long to) when from < position -> new Output.Gap(position, to);
            default -> output;
        };
    }

    private static long start(Output output) {
        return switch (output) {
            case Output.Chunk(var _, long offset, ByteBuffer _) -> offset;
            case Output.Gap(long from, long _) -> from;
        };
    }

    private static int cost(Output output) {
        return StreamMessage.PIECE + output.size();
    }
}
