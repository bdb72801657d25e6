package dev.sandjar.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** {@code ./sandjar serve}, as users start it: a process of its own with a heap of 256 MB at most. */
final class Server implements AutoCloseable {
    static final String TOKEN = "token-of-the-bench";

    /** Sandboxes that wait to be claimed. */
    static final int WARM = 4;

    private static final String GREETING = "sandjar serves ";

    private final Process process;
    private final URI address;
    private final Path home;

    Server(Path launcher, Path home) throws IOException {
        this.home = home;
        Files.createDirectories(home);
        Path folder = Files.createTempDirectory("bench");
        Path tokens = Files.writeString(folder.resolve("tokens"), "bench:" + TOKEN + "\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                Files.createDirectory(folder.resolve("config")).resolve("application.properties"), """
                sandjar.templates.warm.pids=200
                sandjar.templates.warm.warm=%d
                sandjar.auth.operators=bench
                sandjar.limits.requests=10000000
                sandjar.limits.sandboxes-per-owner=10000
                """.formatted(WARM));
        process = new ProcessBuilder(
                        launcher.toString(),
                        "serve",
                        "--port",
                        "0",
                        "--home",
                        home.toString(),
                        "--token-file",
                        tokens.toString())
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var said = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        address = URI.create(awaitGreeting(said));
        Thread.ofVirtual().start(() -> said.lines().forEach(System.err::println));
    }

    private static String awaitGreeting(BufferedReader said) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(GREETING)) {
                return line.substring(GREETING.length());
            }
            System.err.println(line);
        }
        throw new IOException("the server did not start");
    }

    URI address() {
        return address;
    }

    Path home() {
        return home;
    }

    /** What of its heap is alive. */
    long liveBytes() throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram").start();
        String total = asked.inputReader()
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException("no histogram"));
        return Long.parseLong(total.strip().split(" +")[2]);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
