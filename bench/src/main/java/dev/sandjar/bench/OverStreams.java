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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Commands live, over the WebSocket of a sandbox, by the client of the api. */
final class OverStreams implements AutoCloseable {
    private static final int STREAMS = 200;
    private static final int BLOCK = 20_000; // bytes, each 20 ms: 1 MB/s
    private static final int BLOCKS = 250;

    /** Writes blocks at a steady pace, each beginning with the time at which it was written. */
    private static final String WRITER = """
            import sys, time
            pause, size, count = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
            due = time.clock_gettime(time.CLOCK_REALTIME)
            rest = b'.' * (size - 20)
            out = open(1, 'wb', buffering=0)
            for i in range(count):
                due += pause
                time.sleep(max(0, due - time.clock_gettime(time.CLOCK_REALTIME)))
                out.write(b'%020d' % time.clock_gettime_ns(time.CLOCK_REALTIME) + rest)
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
                SandboxSpec.builder().pids(2_000).memory(4L << 30).build());
    }

    void measure() throws Exception {
        sandbox.files().write("writer.py", WRITER.getBytes(StandardCharsets.UTF_8));
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

    private void together() throws Exception {
        var spec = CommandSpec.of("python3", "writer.py", "0.02", Integer.toString(BLOCK), Integer.toString(BLOCKS));
        var delays = new ArrayList<Future<long[]>>();
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < STREAMS; i++) {
                delays.add(readers.submit(() -> delays(sandbox.start(spec))));
            }
        }
        var all = new long[STREAMS * BLOCKS];
        for (int i = 0; i < STREAMS; i++) {
            System.arraycopy(delays.get(i).get(), 0, all, i * BLOCKS, BLOCKS);
        }
        double p99 = new Samples(all).millis(0.99);
        table.add(
                STREAMS + " streams at 1 MB/s together, delay of a block, p99",
                number(p99, "ms"),
                "",
                "≤ 50 ms",
                p99 <= 50);
    }

    /** How long after it was written each block was here whole. */
    private static long[] delays(RunningCommand command) throws IOException {
        var delays = new long[BLOCKS];
        var head = new StringBuilder();
        long at = 0;
        try (command) {
            for (Iterator<Output> output = command.output(); output.hasNext(); ) {
                if (output.next() instanceof Output.Chunk(var _, long _, ByteBuffer bytes)) {
                    for (; bytes.hasRemaining(); at++) {
                        byte b = bytes.get();
                        int within = (int) (at % BLOCK);
                        if (within < 20) {
                            head.append((char) b);
                        } else if (within == BLOCK - 1) {
                            delays[(int) (at / BLOCK)] = now() - Long.parseLong(head.toString());
                            head.setLength(0);
                        }
                    }
                }
            }
        }
        if (at != (long) BLOCK * BLOCKS) {
            throw new IOException(at + " bytes of " + (long) BLOCK * BLOCKS);
        }
        return delays;
    }

    private static long now() {
        var now = java.time.Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    private void resume() throws Exception {
        try (var proxy = new CuttableProxy(server.address().getPort());
                var through = Sandboxes.open("http://127.0.0.1:" + proxy.port(), Server.TOKEN);
                RunningCommand command = through.get(sandbox.id())
                        .start(CommandSpec.of("python3", "writer.py", "0.001", "100", "1000000"))) {
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
