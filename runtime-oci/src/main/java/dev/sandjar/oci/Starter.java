package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.kernel.Pipe;
import dev.sandjar.oci.kernel.ProcessIdentity;
import dev.sandjar.oci.machine.OciTool;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one process that is started for a sandbox: the OCI runtime, which sets everything up and becomes, in a child, the agent. The agent gets its key
 * on standard input and says {@code ready} on standard output; both are the OCI runtime's own, handed on. Nothing waits for the OCI runtime itself: it
 * ends on its own, a moment before or after. When both have ended without that word, the pipe ends, and what they said before is why.
 */
final class Starter {
    private static final String READY = "ready";
    private static final String AGENT = "sandjar-agent: "; // what each of its complaints begins with
    private static final int LONGEST_WORDS = 8_192;

    private final Process process;
    private final InputStream words;

    private Starter(Process process, InputStream words) {
        this.process = process;
        this.words = words;
    }

    static Starter run(OciTool tool, SandboxFolder folder, SandboxKey key) throws IOException {
        try (Pipe input = Pipe.open();
                Pipe output = Pipe.open()) {
            try (var out = new FileOutputStream(input.writer())) {
                out.write(key.bytes()); // before anybody reads: so little fits into any pipe
            }
            InputStream words = output.reader();
            return new Starter(start(tool, folder, input, output, words), words);
        }
    }

    private static Process start(OciTool tool, SandboxFolder folder, Pipe input, Pipe output, InputStream words)
            throws IOException {
        var builder = new ProcessBuilder(
                tool.run(folder.state(), folder.bundle(), folder.id().toString()));
        builder.directory(folder.bundle().toFile());
        builder.redirectInput(input.source()).redirectErrorStream(true).redirectOutput(output.writer());
        builder.environment()
                .keySet()
                .retainAll(Set.of("PATH")); // what else we were started with is none of the sandbox's business
        try {
            return builder.start();
        } catch (IOException e) {
            words.close();
            throw failed("the OCI runtime " + tool.name() + " cannot be started", e);
        }
    }

    /** Which process it is; empty when it has ended. */
    Optional<ProcessIdentity> identity() {
        return ProcessIdentity.of((int) process.pid());
    }

    /** Returns when the agent is ready. */
    void awaitReady(Deadline deadline) throws InterruptedException {
        var said = new CompletableFuture<Optional<String>>();
        Thread.ofVirtual().name("ready").start(() -> said.complete(listen()));
        try {
            Optional<String> trouble = said.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
            if (trouble.isPresent()) {
                throw ended(trouble.get());
            }
        } catch (TimeoutException late) {
            throw deadline.exceeded("starting the sandbox");
        } catch (ExecutionException e) {
            throw failed("the sandbox's start could not be followed", e);
        }
    }

    /** Empty when it said that it is ready; else what went wrong, in its own words. */
    private Optional<String> listen() {
        var before = new StringBuilder(); // the OCI runtime may have its warnings
        try (words) {
            for (int c = words.read(); c >= 0 && before.length() < LONGEST_WORDS; c = words.read()) {
                if (c == '\n' && before.substring(before.lastIndexOf("\n") + 1).equals(READY)) {
                    return Optional.empty();
                }
                before.append((char) c); // bytes of ASCII; others only make a message ugly
            }
        } catch (IOException e) {
            before.append(e.getMessage());
        }
        return Optional.of(before.toString());
    }

    /** The agent speaks of the sandbox's own files, which is for the caller; the OCI runtime of this machine's, which is for the log. */
    private static SandboxException ended(String said) {
        String own = said.lines()
                .filter(line -> line.startsWith(AGENT))
                .map(line -> line.substring(AGENT.length()))
                .findFirst()
                .orElse("");
        return failed(
                own.isEmpty()
                        ? "the sandbox ended before its agent was ready"
                        : "the sandbox's agent cannot start: " + own,
                new IOException(said));
    }

    /** Stops it before the agent was ready. What it has begun ends with it, or is in the sandbox's control group. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private static SandboxException failed(String what, Throwable cause) {
        return new SandboxException(
                ErrorCode.START_FAILED, what, "sandjar doctor tells what this machine lacks; the log says more", cause);
    }
}
