package dev.sandjar.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Yardsticks: the same work done by this machine without a sandbox, so that a slow machine shows as one. */
final class Bare {
    private Bare() {}

    /** Starts a command and waits for its end. */
    static void run(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": exit code " + process.exitValue());
        }
    }

    /** 1 GiB from a command into this JVM, by the pipe between them. */
    static void output() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("head", "-c", Long.toString(Bulk.GIB), "/dev/zero").start();
        if (Bulk.drain(process.getInputStream()) != Bulk.GIB || process.waitFor() != 0) {
            throw new IOException("head has written something else");
        }
    }

    /** 1 GiB of zeros into a file that is there already, as from the second upload on. */
    static void write(Path file) throws IOException, InterruptedException {
        run("sh", "-c", "head -c " + Bulk.GIB + " /dev/zero >" + file);
    }

    /** Reads a file to its end. */
    static void read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            Bulk.drain(in);
        }
    }
}
