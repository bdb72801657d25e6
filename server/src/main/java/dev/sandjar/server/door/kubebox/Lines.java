package dev.sandjar.server.door.kubebox;

import dev.sandjar.Output;
import dev.sandjar.server.body.Utf8;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/**
 * Cuts what a command writes into lines, of each stream by itself. Only whole code points are decoded; bytes that are no UTF-8 become U+FFFD. A line
 * without an end in sight is told in pieces.
 */
final class Lines {
    /** Bytes of a line that are told together. */
    static final int LONGEST = 64 * 1024;

    /**
     * A line with its end, the last one perhaps without.
     *
     * @param offset of its first byte in the output of both streams
     * @param end after its last byte: whoever has it needs nothing of its stream that begins before
     * @param next where whoever has it must go on so as to miss nothing: earlier than its end where a line of the other stream has begun
     */
    record Line(Output.Stream stream, long offset, long end, long next, String text) {}

    /** Told of each line; waits as long as it likes. */
    interface Reader {
        void line(Line line) throws InterruptedException;
    }

    private static final class Pending {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long offset; // of the first of them
        private long end; // after the last of them
    }

    private final Map<Output.Stream, Pending> pending = new EnumMap<>(Output.Stream.class);
    private final Reader reader;
    private long end; // of what was taken

    Lines(Reader reader) {
        this.reader = reader;
        for (Output.Stream stream : Output.Stream.values()) {
            pending.put(stream, new Pending());
        }
    }

    void add(Output.Chunk chunk) throws InterruptedException {
        ByteBuffer bytes = chunk.bytes();
        long base = chunk.offset() - bytes.position();
        Pending line = of(chunk.stream());
        int start = bytes.position();
        for (int at = start; at < bytes.limit(); at++) {
            boolean ends = bytes.get(at) == '\n';
            if (ends || line.bytes.size() + at + 1 - start >= LONGEST) {
                take(line, bytes, start, at + 1, base);
                start = at + 1;
                tell(chunk.stream(), line, ends);
            }
        }
        take(line, bytes, start, bytes.limit(), base);
    }

    private Pending of(Output.Stream stream) {
        Pending line = pending.get(stream);
        if (line == null) {
            throw new IllegalArgumentException("a stream that is none: " + stream);
        }
        return line;
    }

    private void take(Pending line, ByteBuffer bytes, int from, int to, long base) {
        if (from == to) {
            return;
        }
        if (line.bytes.size() == 0) {
            line.offset = base + from;
        }
        byte[] some = new byte[to - from];
        bytes.get(from, some);
        line.bytes.writeBytes(some);
        line.end = base + to;
        end = line.end;
    }

    /** @param whole whether no more belongs to it; otherwise what may be half a code point waits for the rest */
    private void tell(Output.Stream stream, Pending line, boolean whole) throws InterruptedException {
        byte[] bytes = line.bytes.toByteArray();
        int kept = whole ? 0 : Utf8.unfinished(ByteBuffer.wrap(bytes));
        int told = bytes.length - kept;
        long offset = line.offset;
        line.bytes.reset();
        line.bytes.write(bytes, told, kept);
        line.offset = offset + told; // where streams mix within a line a little early: nothing is missed by that
        long after = kept == 0 ? line.end : line.offset;
        reader.line(new Line(stream, offset, after, next(), new String(bytes, 0, told, StandardCharsets.UTF_8)));
    }

    private long next() {
        long next = end;
        for (Pending line : pending.values()) {
            next = line.bytes.size() > 0 ? Math.min(next, line.offset) : next;
        }
        return next;
    }

    /** There is no more, or some was lost before what comes next: what was begun is told as it is. */
    void end() throws InterruptedException {
        for (Map.Entry<Output.Stream, Pending> one : pending.entrySet()) {
            if (one.getValue().bytes.size() > 0) {
                tell(one.getKey(), one.getValue(), true);
            }
        }
    }
}
