package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whole processes, from fork to end, as a person at a terminal waits for them. */
final class Starts {
    private final Path launcher;
    private final Path home;
    private final Table table;

    Starts(Path launcher, Path home, Table table) throws IOException {
        this.launcher = launcher;
        this.home = Files.createDirectories(home);
        this.table = table;
    }

    void measure() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Samples[] both = Samples.inTurn(
                2,
                15,
                () -> process(launcher.toString(), "run", "--", "true"),
                () -> process(java.toString(), "-version"));
        table.add(
                "`./sandjar run -- true`, whole process, p50",
                number(both[0].p50() / 1e3, "s"),
                java(both[1]),
                "≤ 0.6 s",
                both[0].p50() <= 600);
        serve(java(both[1]));
    }

    private static String java(Samples samples) {
        return "`java -version`: " + number(samples.p50() / 1e3, "s");
    }

    private void serve(String yardstick) throws Exception {
        long[] nanos = new long[7];
        for (int i = -1; i < nanos.length; i++) {
            long start = System.nanoTime();
            try (var server = new Server(launcher, home)) {
                server.address().resolve("/health").toURL().openStream().close();
                if (i >= 0) {
                    nanos[i] = System.nanoTime() - start;
                }
            }
        }
        var samples = new Samples(nanos);
        table.add(
                "`sandjar serve` until it answers, p50",
                number(samples.p50() / 1e3, "s"),
                yardstick,
                "≤ 1.5 s",
                samples.p50() <= 1_500);
    }

    private void process(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SANDJAR_HOME", home.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
