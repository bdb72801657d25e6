package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.engine.Engine;
import dev.sandjar.engine.EngineConfig;
import dev.sandjar.engine.Template;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** The engine inside this JVM, over the real runtime of this machine. */
final class InProcess implements AutoCloseable {
    private static final SandboxSpec PLAIN = SandboxSpec.builder().build();
    private static final SandboxSpec WARM =
            SandboxSpec.builder().template("warm").build();

    private final Path home;
    private final Table table;
    private final Engine engine;
    private final Sandboxes sandboxes;

    InProcess(Path home, Table table) {
        this.home = home;
        this.table = table;
        var runtime = ServiceLoader.load(SandboxRuntimeProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.scheme().equals("local"))
                .findFirst()
                .orElseThrow()
                .open(Map.of("home", home.toString()));
        engine = Engine.open(
                runtime,
                EngineConfig.builder()
                        .resident(true)
                        .templates(List.of(new Template(
                                "warm", SandboxSpec.builder().pids(200).build(), 4)))
                        .build());
        sandboxes = engine.sandboxes("bench");
    }

    void measure() throws Exception {
        create();
        pool();
        command();
        output();
        files();
        manyCreates();
        idle();
    }

    private void create() throws Exception {
        try (Sandbox model = sandboxes.create(PLAIN)) {
            var bare = new BareRunc(
                    home.resolve("sandboxes").resolve(model.id().toString()).resolve("bundle"), "echo", "x");
            var made = new ArrayList<Sandbox>();
            Samples[] both = Samples.inTurn(
                    5,
                    40,
                    () -> {
                        Sandbox sandbox = sandboxes.create(PLAIN);
                        made.add(sandbox);
                        firstByte(sandbox);
                    },
                    bare::run);
            made.forEach(Sandbox::delete);
            double ratio = both[0].p50() / both[1].p50();
            table.add(
                    "create (no pool) → first byte, p50",
                    number(both[0].p50(), "ms") + " = " + number(ratio, "×"),
                    "`runc run` of the same bundle: " + number(both[1].p50(), "ms"),
                    "≤ 1.5 ×",
                    ratio <= 1.5);
        }
    }

    private void pool() throws Exception {
        Sandbox[] made = new Sandbox[1];
        Samples[] all = Samples.inTurn(
                20,
                60,
                () -> {
                    made[0] = sandboxes.create(WARM);
                    firstByte(made[0]);
                },
                () -> Bare.run("echo", "x"),
                () -> {
                    made[0].delete();
                    while (engine.warm().getOrDefault("warm", 0) < 4) { // full: nothing is being made meanwhile
                        Thread.onSpinWait();
                    }
                });
        table.add(
                "create from a pool → first byte, p50",
                number(all[0].p50(), "ms"),
                "fork+exec of `echo` by this JVM: " + number(all[1].p50(), "ms"),
                "≤ 5 ms",
                all[0].p50() <= 5);
    }

    private void command() throws Exception {
        try (Sandbox sandbox = sandboxes.create(PLAIN)) {
            CommandSpec command = CommandSpec.of("true");
            Samples[] both = Samples.inTurn(200, 500, () -> sandbox.run(command), () -> Bare.run("true"));
            double ratio = both[0].p50() / both[1].p50();
            table.add(
                    "command `true` in a live sandbox, p50",
                    number(both[0].p50(), "ms") + " = " + number(ratio, "×"),
                    "fork+exec of `true` by this JVM: " + number(both[1].p50(), "ms"),
                    "≤ 2 ×",
                    ratio <= 2);
        }
    }

    private void output() throws Exception {
        try (Sandbox sandbox = sandboxes.create(PLAIN)) {
            long[] lost = new long[1];
            Samples.Work stream = () -> {
                lost[0] += Bulk.GIB;
                try (var running = sandbox.start(CommandSpec.of("head", "-c", Long.toString(Bulk.GIB), "/dev/zero"))) {
                    running.output().forEachRemaining(next -> {
                        if (next instanceof Output.Chunk chunk) {
                            lost[0] -= chunk.bytes().remaining();
                        }
                    });
                }
            };
            Samples[] both = Samples.inTurn(2, 5, stream, Bare::output);
            table.add(
                    "1 GiB of output",
                    number(Bulk.rate(both[0]), "MB/s") + ", " + lost[0] + " bytes lost",
                    "`head` read by this JVM: " + number(Bulk.rate(both[1]), "MB/s"),
                    "≥ 500 MB/s, none lost",
                    Bulk.rate(both[0]) >= 500 && lost[0] == 0);
        }
    }

    private void files() throws Exception {
        try (Sandbox sandbox = sandboxes.create(PLAIN)) {
            Path bare = home.resolve("bare");
            Samples[] up = Samples.inTurn(
                    1, 3, () -> sandbox.files().write("big", Bulk.zeros(), true), () -> Bare.write(bare));
            Samples[] down = Samples.inTurn(
                    1,
                    3,
                    () -> {
                        try (InputStream in = sandbox.files().open("big")) {
                            in.transferTo(OutputStream.nullOutputStream());
                        }
                    },
                    () -> Bare.read(bare));
            Files.delete(bare);
            table.add(
                    "1 GiB file up, in process",
                    number(Bulk.rate(up[0]), "MB/s"),
                    "`head` into a file: " + number(Bulk.rate(up[1]), "MB/s"),
                    "(REST: ≥ 400 MB/s)",
                    Bulk.rate(up[0]) >= 400);
            table.add(
                    "1 GiB file down, in process",
                    number(Bulk.rate(down[0]), "MB/s"),
                    "a file read by this JVM: " + number(Bulk.rate(down[1]), "MB/s"),
                    "(REST: ≥ 400 MB/s)",
                    Bulk.rate(down[0]) >= 400);
        }
    }

    private void manyCreates() throws Exception {
        int count = 100;
        try (Sandbox model = sandboxes.create(PLAIN)) {
            var bare = new BareRunc(
                    home.resolve("sandboxes").resolve(model.id().toString()).resolve("bundle"), "true");
            long bareNanos = Samples.time(() -> allAtOnce(count, () -> {
                bare.run();
                return null;
            }));
            var made = new ArrayList<Sandbox>();
            long nanos = Samples.time(() -> made.addAll(allAtOnce(count, () -> sandboxes.create(PLAIN))));
            double ratio = (double) nanos / bareNanos;
            table.add(
                    "100 creates at once, no pool",
                    number(nanos / 1e9, "s") + " = " + number(ratio, "×") + ", " + made.size() + " succeeded",
                    "100 × `runc run`, as many at once: " + number(bareNanos / 1e9, "s"),
                    "≤ 1.5 ×, all succeed",
                    ratio <= 1.5 && made.size() == count);
            made.forEach(Sandbox::delete);
        }
    }

    private void idle() throws Exception {
        int count = 60;
        var made = new ArrayList<Sandbox>();
        long before = usedHeap();
        for (int i = 0; i < count; i++) {
            made.add(sandboxes.create(PLAIN));
        }
        double heap = (usedHeap() - before) / 1024.0 / count;
        double unique = 0;
        for (Sandbox sandbox : made) {
            unique += uniqueMemory(sandbox) / 1024.0 / count;
        }
        table.add("idle sandbox, memory outside the JVM", number(unique, "MB"), "", "≤ 3 MB", unique <= 3);
        table.add("idle sandbox, heap inside the JVM", number(heap, "KB"), "", "≤ 30 KB", heap <= 30);
        made.forEach(Sandbox::delete);
    }

    private static void firstByte(Sandbox sandbox) {
        try (var command = sandbox.start(CommandSpec.of("echo", "x"))) {
            command.output().next();
        }
    }

    private static <T> List<T> allAtOnce(int count, Callable<T> work) throws Exception {
        var places = new Semaphore(count);
        var results = new ArrayList<T>();
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < count; i++) {
                futures.add(tasks.submit(() -> {
                    places.acquire();
                    try {
                        return work.call();
                    } finally {
                        places.release();
                    }
                }));
            }
            for (Future<T> future : futures) {
                results.add(future.get());
            }
        }
        return results;
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** In KB: what would be free again if it were gone. */
    private static long uniqueMemory(Sandbox sandbox) throws IOException {
        Path procs = Path.of("/sys/fs/cgroup/pids/sandjar", sandbox.id().toString(), "cgroup.procs");
        long total = 0;
        for (String pid : Files.readAllLines(procs)) {
            for (String line : Files.readAllLines(Path.of("/proc", pid, "smaps_rollup"))) {
                if (line.startsWith("Private_")) {
                    total += Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        }
        return total;
    }

    @Override
    public void close() {
        for (SandboxInfo info : sandboxes.list(0, 100).sandboxes()) {
            sandboxes.get(info.id()).delete();
        }
        engine.close();
    }
}
