package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.Window;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Commands live, over the WebSocket of a sandbox, by the client of the api. */
final class OverStreams implements AutoCloseable {
    private static final int STREAMS = 200;
    private static final int STAMP = 20; // digits
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int BLOCK = 20_000; // bytes: 1 MB/s
    private static final int BLOCKS = 500;

    /** Writes blocks at a steady pace from a given second on, each beginning with the time at which it was due. */
    private static final String WRITER = """
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

    private final Server server;
    private final Table table;
    private final Sandboxes sandboxes;
    private final Sandbox sandbox;

    OverStreams(Server server, Table table) throws InterruptedException {
        this.server = server;
        this.table = table;
        this.sandboxes = Sandboxes.open(server.address().toString(), Server.TOKEN);
        this.sandbox = sandboxes.create(
                SandboxSpec.builder().cpu(2).pids(2_000).memory(4L << 30).build());
    }

    void measure() throws Exception {
        sandbox.files().write("writer.c", WRITER);
        if (sandbox.run("gcc", "-O2", "-o", "writer", "writer.c").exitCode() != 0) {
            throw new IOException("the writer does not compile");
        }
        firstByte();
        terminal();
        bulk();
        together();
        resume();
    }

    private void firstByte() throws InterruptedException {
        var nanos = new long[500];
        for (int i = -300; i < nanos.length; i++) {
            long begun = System.nanoTime();
            var first = new long[1];
            sandbox.run(CommandSpec.of("echo", "x"), _ -> first[0] = System.nanoTime());
            if (i >= 0) {
                nanos[i] = first[0] - begun;
            }
        }
        var all = new Samples(nanos);
        table.add(
                "first byte of output after start, WebSocket, p50",
                number(all.p50(), "ms"),
                "",
                "≤ 4 ms",
                all.p50() <= 4);
    }

    private void terminal() throws Exception {
        var spec = CommandSpec.builder(List.of("cat"))
                .stdin(true)
                .terminal(new Window(24, 80))
                .build();
        try (RunningCommand cat = sandbox.start(spec);
                OutputStream keys = cat.stdin()) {
            Iterator<Output> screen = cat.output();
            Samples all = Samples.of(500, 2_000, () -> {
                keys.write('x');
                keys.flush();
                screen.next();
            });
            cat.kill();
            double p99 = all.millis(0.99);
            table.add(
                    "keystroke to screen, PTY, WebSocket, p50 and p99",
                    number(all.p50(), "ms") + ", " + number(p99, "ms"),
                    "",
                    "≤ 2 ms, ≤ 10 ms",
                    all.p50() <= 2 && p99 <= 10);
        }
    }

    private void bulk() throws Exception {
        Samples[] all = Samples.inTurn(
                2,
                5,
                () -> {
                    try (RunningCommand command = sandbox.start(CommandSpec.shell("head -c 1G /dev/zero"));
                            InputStream out = command.stdout()) {
                        if (Bulk.drain(out) != Bulk.GIB) {
                            throw new IOException("not all of it came");
                        }
                    }
                },
                () -> Bare.run("bash", "-c", "head -c 1G /dev/zero | cat > /dev/null"));
        table.add(
                "1 GiB of output through one WebSocket",
                number(Bulk.rate(all[0]), "MB/s"),
                "`head | cat`: " + number(Bulk.rate(all[1]), "MB/s"),
                "≥ 250 MB/s",
                Bulk.rate(all[0]) >= 250);
    }

    /** Five times before, which are not counted: until then the compilers are in the way. */
    private void together() throws Exception {
        for (int i = 0; i < 5; i++) {
            together(STREAMS);
        }
        var p99 = new double[3];
        for (int i = 0; i < p99.length; i++) {
            p99[i] = together(STREAMS).millis(0.99);
        }
        Arrays.sort(p99);
        table.add(
                STREAMS + " streams at 1 MB/s together, delay of a block, p99, middle (and others) of three times",
                number(p99[1], "ms") + " (" + number(p99[0], "ms") + ", " + number(p99[2], "ms") + ")",
                "",
                "≤ 50 ms",
                p99[1] <= 50);
    }

    private Samples together(int streams) throws Exception {
        long from = now() + Duration.ofSeconds(5).toNanos(); // all have begun by then
        var delays = new ArrayList<Future<long[]>>();
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < streams; i++) {
                CommandSpec spec = writer(from + i * PAUSE.toNanos() / streams, PAUSE, BLOCK, BLOCKS);
                delays.add(readers.submit(() -> delays(sandbox.start(spec))));
            }
        }
        var all = new long[streams * BLOCKS];
        for (int i = 0; i < streams; i++) {
            System.arraycopy(delays.get(i).get(), 0, all, i * BLOCKS, BLOCKS);
        }
        return new Samples(all);
    }

    /** How long after it was due each block was here whole. */
    private static long[] delays(RunningCommand command) throws IOException {
        var delays = new long[BLOCKS];
        var stamp = new StringBuilder();
        long at = 0;
        try (command) {
            for (Iterator<Output> output = command.output(); output.hasNext(); ) {
                if (!(output.next() instanceof Output.Chunk(var _, long offset, ByteBuffer bytes)) || offset != at) {
                    throw new IOException("not all of it came");
                }
                while (bytes.hasRemaining()) {
                    int within = (int) (at % BLOCK);
                    int step = within < STAMP ? 1 : Math.min(BLOCK - within, bytes.remaining());
                    if (within < STAMP) {
                        stamp.append((char) bytes.get(bytes.position()));
                    }
                    bytes.position(bytes.position() + step);
                    at += step;
                    if (within + step == BLOCK) {
                        delays[(int) (at / BLOCK) - 1] = now() - Long.parseLong(stamp.toString());
                        stamp.setLength(0);
                    }
                }
            }
        }
        if (at != (long) BLOCK * BLOCKS) {
            throw new IOException("not all of it came");
        }
        return delays;
    }

    private static long now() {
        var now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    private static CommandSpec writer(long from, Duration pause, int size, int blocks) {
        return CommandSpec.of(
                "./writer",
                Long.toString(from),
                Long.toString(pause.toNanos()),
                Integer.toString(size),
                Integer.toString(blocks));
    }

    private void resume() throws Exception {
        try (var proxy = new CuttableProxy(server.address().getPort());
                var through = Sandboxes.open("http://127.0.0.1:" + proxy.port(), Server.TOKEN);
                RunningCommand command =
                        through.get(sandbox.id()).start(writer(now(), Duration.ofMillis(1), 100, 1_000_000))) {
            Iterator<Output> output = command.output();
            var gaps = new long[40];
            for (int i = 0; i < gaps.length; i++) {
                for (long until = System.nanoTime() + Duration.ofMillis(200).toNanos(); System.nanoTime() < until; ) {
                    output.next();
                }
                proxy.cut();
                long longest = 0;
                long last = System.nanoTime();
                for (long until = last + Duration.ofMillis(200).toNanos(); last < until; ) {
                    output.next();
                    long here = System.nanoTime();
                    longest = Math.max(longest, here - last);
                    last = here;
                }
                gaps[i] = longest;
            }
            command.kill();
            var all = new Samples(gaps);
            table.add(
                    "cut to the first missed byte, p50 and longest of 40",
                    number(all.p50(), "ms") + ", " + number(all.millis(1), "ms"),
                    "",
                    "≤ 20 ms",
                    all.p50() <= 20);
        }
    }

    @Override
    public void close() {
        sandbox.delete();
        sandboxes.close();
    }
}
