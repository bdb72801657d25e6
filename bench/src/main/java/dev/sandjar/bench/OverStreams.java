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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** Commands live, over the WebSocket of a sandbox, by the client of the api. */
final class OverStreams implements AutoCloseable {
    private static final int STREAMS = 200;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int BLOCK = 20_000; // bytes: 1 MB/s
    private static final int BLOCKS = 500;

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
        sandbox.files().write("writer.c", Delays.WRITER);
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
        for (int i = -2_000; i < nanos.length; i++) { // until then the compilers are at work
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
        Path folder = Files.createTempDirectory("writer");
        var ours = new double[3];
        var pipes = new double[3];
        try {
            String bare = Delays.compiled(folder).toString();
            for (int i = 0; i < 5; i++) {
                together(Thread.ofVirtual().factory(), this::delays);
            }
            for (int i = 0; i < ours.length; i++) {
                pipes[i] = together(Thread.ofPlatform().factory(), from -> delaysOfPipe(bare, from))
                        .millis(0.99);
                ours[i] = together(Thread.ofVirtual().factory(), this::delays).millis(0.99);
            }
        } finally {
            Files.deleteIfExists(folder.resolve("writer.c"));
            Files.deleteIfExists(folder.resolve("writer"));
            Files.delete(folder);
        }
        Arrays.sort(ours);
        Arrays.sort(pipes);
        table.add(
                STREAMS + " streams at 1 MB/s together, delay of a block, p99, middle (and others) of three times",
                middle(ours),
                "the same programs, by pipes into this JVM: " + middle(pipes),
                "≤ 50 ms",
                ours[1] <= 50);
    }

    private static String middle(double[] three) {
        return number(three[1], "ms") + " (" + number(three[0], "ms") + ", " + number(three[2], "ms") + ")";
    }

    /** Reads one of them, whose first block is due then. */
    private interface Reader {
        long[] delays(long from) throws Exception;
    }

    private static Samples together(ThreadFactory threads, Reader reader) throws Exception {
        long from = Delays.now() + Duration.ofSeconds(5).toNanos(); // all have begun by then
        var delays = new ArrayList<Future<long[]>>();
        try (var readers = Executors.newThreadPerTaskExecutor(threads)) {
            for (int i = 0; i < STREAMS; i++) {
                long first = from + i * PAUSE.toNanos() / STREAMS;
                delays.add(readers.submit(() -> reader.delays(first)));
            }
        }
        var all = new long[STREAMS * BLOCKS];
        for (int i = 0; i < STREAMS; i++) {
            System.arraycopy(delays.get(i).get(), 0, all, i * BLOCKS, BLOCKS);
        }
        return new Samples(all);
    }

    private long[] delays(long from) throws IOException {
        var delays = new Delays(BLOCK, BLOCKS);
        try (RunningCommand command =
                sandbox.start(CommandSpec.of(Delays.writer("./writer", from, PAUSE, BLOCK, BLOCKS)))) {
            for (Iterator<Output> output = command.output(); output.hasNext(); ) {
                if (!(output.next() instanceof Output.Chunk(var _, long offset, ByteBuffer bytes))
                        || offset != delays.at()) {
                    throw new IOException("not all of it came");
                }
                delays.add(bytes);
            }
        }
        return delays.all();
    }

    private static long[] delaysOfPipe(String writer, long from) throws IOException, InterruptedException {
        var delays = new Delays(BLOCK, BLOCKS);
        Process process = new ProcessBuilder(Delays.writer(writer, from, PAUSE, BLOCK, BLOCKS)).start();
        var buffer = new byte[64 * 1024];
        try (InputStream out = process.getInputStream()) {
            for (int count = out.read(buffer); count >= 0; count = out.read(buffer)) {
                delays.add(ByteBuffer.wrap(buffer, 0, count));
            }
        } finally {
            process.destroy(); // it has ended, unless we failed
        }
        return delays.all();
    }

    private void resume() throws Exception {
        try (var proxy = new CuttableProxy(server.address().getPort());
                var through = Sandboxes.open("http://127.0.0.1:" + proxy.port(), Server.TOKEN);
                RunningCommand command = through.get(sandbox.id())
                        .start(CommandSpec.of(
                                Delays.writer("./writer", Delays.now(), Duration.ofMillis(1), 100, 1_000_000)))) {
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
