package dev.sandjar.tools;

import dev.sandjar.Output;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/** The beginning and the end of a command's output, whatever it writes: what a model can use of a gigabyte. */
final class HeadAndTail implements Consumer<Output> {
    private final byte[] head;
    private final byte[] tail; // a ring: what is byte n of all that is behind the head lies at n % length
    private long total;

    /**
     * @param most how many bytes are kept, half of them from either end
     */
    HeadAndTail(int most) {
        head = new byte[most / 2];
        tail = new byte[most - most / 2];
    }

    @Override
    public void accept(Output output) {
        switch (output) {
            case Output.Chunk(Output.Stream _, long _, ByteBuffer bytes) -> add(bytes.duplicate());
            case Output.Gap(long from, long to) ->
                add(StandardCharsets.UTF_8.encode("\n[... " + count(to - from) + " bytes lost ...]\n"));
        }
    }

    private void add(ByteBuffer bytes) {
        if (total < head.length) {
            int fits = (int) Math.min(bytes.remaining(), head.length - total);
            bytes.get(head, (int) total, fits);
            total += fits;
        }
        int passed = Math.max(0, bytes.remaining() - tail.length);
        bytes.position(bytes.position() + passed);
        total += passed;
        while (bytes.hasRemaining()) {
            int at = (int) ((total - head.length) % tail.length);
            int fits = Math.min(bytes.remaining(), tail.length - at);
            bytes.get(tail, at, fits);
            total += fits;
        }
    }

    /** As text: what is no UTF-8 becomes U+FFFD, and so does NUL, which not every model's API takes. */
    String text() {
        if (total <= head.length + tail.length) {
            byte[] all = new byte[(int) total];
            int first = Math.min(all.length, head.length);
            System.arraycopy(head, 0, all, 0, first);
            System.arraycopy(tail, 0, all, first, all.length - first);
            return decode(all, 0, all.length);
        }
        byte[] end = end();
        int headLength = beforeLastCharacter();
        int tailStart = afterCutCharacter(end);
        long omitted = total - headLength - (end.length - tailStart);
        return decode(head, 0, headLength) + "\n[... " + count(omitted) + " bytes omitted ...]\n"
                + decode(end, tailStart, end.length - tailStart);
    }

    private byte[] end() {
        int oldest = (int) ((total - head.length) % tail.length);
        byte[] end = new byte[tail.length];
        System.arraycopy(tail, oldest, end, 0, tail.length - oldest);
        System.arraycopy(tail, 0, end, tail.length - oldest, oldest);
        return end;
    }

    /** Where the head ends without a character that the cut may have halved: its last, unless that is ASCII. */
    private int beforeLastCharacter() {
        int end = head.length;
        for (int i = 0; i < 3 && end > 0 && isContinuation(head[end - 1]); i++) {
            end--;
        }
        return end > 0 && head[end - 1] < 0 && !isContinuation(head[end - 1]) ? end - 1 : end;
    }

    private static int afterCutCharacter(byte[] end) {
        int start = 0;
        while (start < 3 && start < end.length && isContinuation(end[start])) {
            start++;
        }
        return start;
    }

    private static boolean isContinuation(byte of) {
        return (of & 0xC0) == 0x80;
    }

    private static String count(long bytes) {
        return String.format(Locale.ROOT, "%,d", bytes);
    }

    static String decode(byte[] bytes, int start, int length) {
        return new String(bytes, start, length, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
    }
}
