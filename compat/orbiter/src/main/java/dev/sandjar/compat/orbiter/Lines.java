package dev.sandjar.compat.orbiter;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Bytes come in, whole lines go out. A line that is too long is passed over to its end, and none of it is kept. By one thread. */
final class Lines {
    private final int longest;
    private final Consumer<byte[]> line;
    private final Runnable tooLong;
    private ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private boolean skipping;

    /**
     * @param longest bytes of a line
     * @param line told of each, without its end
     * @param tooLong told once of each that is longer, as soon as that is known
     */
    Lines(int longest, Consumer<byte[]> line, Runnable tooLong) {
        this.longest = longest;
        this.line = line;
        this.tooLong = tooLong;
    }

    void feed(ByteBuffer piece) {
        byte[] bytes = new byte[piece.remaining()];
        piece.duplicate().get(bytes);
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                add(bytes, from, i);
                end();
                from = i + 1;
            }
        }
        add(bytes, from, bytes.length);
    }

    private void add(byte[] bytes, int from, int to) {
        if (!skipping && begun.size() + to - from > longest) {
            skipping = true;
            begun = new ByteArrayOutputStream(); // lets go of the large one
            tooLong.run();
        }
        if (!skipping) {
            begun.write(bytes, from, to - from);
        }
    }

    private void end() {
        if (!skipping) {
            line.accept(begun.toByteArray());
        }
        skipping = false;
        begun = new ByteArrayOutputStream();
    }
}
