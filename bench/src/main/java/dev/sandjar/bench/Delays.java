package dev.sandjar.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** How long after it was due each block of a {@code writer} was here whole. For one thread. */
final class Delays {
    private static final int STAMP = 20; // digits

    /** Writes blocks at a steady pace from a given second on, each beginning with the time at which it was due. */
    static final String WRITER = """
            #include <stdint.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <time.h>
            #include <unistd.h>
            int main(int argc, char **argv)
            {
                int64_t due = atoll(argv[1]), pause = atoll(argv[2]);
                int size = atoi(argv[3]);
                char *block = calloc(1, size + 1);
                for (int count = atoi(argv[4]); count > 0; count--, due += pause) {
                    struct timespec until = {due / 1000000000, due % 1000000000};
                    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
                    block[snprintf(block, 21, "%020lld", (long long)due)] = '.';
                    for (int at = 0; at < size;) {
                        ssize_t n = write(1, block + at, size - at);
                        if (n < 0)
                            return 1;
                        at += n;
                    }
                }
                return 0;
            }
            """;

    private final int size;
    private final long[] delays;
    private final StringBuilder stamp = new StringBuilder();
    private long at;

    Delays(int size, int blocks) {
        this.size = size;
        this.delays = new long[blocks];
    }

    /**
     * The command line of a writer.
     *
     * @param from when its first block is due, by {@link #now}
     * @param size of a block, in bytes
     */
    static String[] writer(String program, long from, Duration pause, int size, int blocks) {
        return new String[] {
            program,
            Long.toString(from),
            Long.toString(pause.toNanos()),
            Integer.toString(size),
            Integer.toString(blocks)
        };
    }

    /** A writer outside of all sandboxes. */
    static Path compiled(Path folder) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("writer.c"), WRITER);
        Path writer = folder.resolve("writer");
        Bare.run("gcc", "-O2", "-o", writer.toString(), source.toString());
        return writer;
    }

    /** In nanoseconds, of the clock that the writers have. */
    static long now() {
        var now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    /** What has come. */
    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int within = (int) (at % size);
            int step = within < STAMP ? 1 : Math.min(size - within, bytes.remaining());
            if (within < STAMP) {
                stamp.append((char) bytes.get(bytes.position()));
            }
            bytes.position(bytes.position() + step);
            at += step;
            if (within + step == size) {
                delays[(int) (at / size) - 1] = now() - Long.parseLong(stamp.toString());
                stamp.setLength(0);
            }
        }
    }

    /** How many bytes have come. */
    long at() {
        return at;
    }

    /** In nanoseconds, once all have come. */
    long[] all() throws IOException {
        if (at != (long) size * delays.length) {
            throw new IOException("not all of it came");
        }
        return delays;
    }
}
