package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.kernel.ProcessIdentity;
import dev.sandjar.oci.machine.OciTool;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one process that is started for a sandbox: the OCI runtime, which sets everything up and becomes, in a child, the agent. The agent gets its key
 * on standard input and says {@code ready} on standard output; both are the OCI runtime's own, handed on. Nothing waits for the OCI runtime itself: it
 * ends on its own, a moment later.
 */
final class Starter {
    private static final byte[] READY = "ready\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_ERROR = 4_096;

    private final Process process;

    private Starter(Process process) {
        this.process = process;
    }

    static Starter run(OciTool tool, SandboxFolder folder, SandboxKey key) {
        var builder = new ProcessBuilder(
                tool.run(folder.state(), folder.bundle(), folder.id().toString()));
        builder.directory(folder.bundle().toFile());
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .retainAll(
                        java.util.Set.of("PATH")); // what else we were started with is none of the sandbox's business
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw failed("the OCI runtime " + tool.name() + " cannot be started", e);
        }
        try (var stdin = process.getOutputStream()) {
            stdin.write(key.bytes());
        } catch (IOException endedAlready) {
            return new Starter(process); // why, it says on standard error
        }
        return new Starter(process);
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
                throw failed("the sandbox ended before its agent was ready", new IOException(trouble.get()));
            }
        } catch (TimeoutException late) {
            throw deadline.exceeded("starting the sandbox");
        } catch (ExecutionException e) {
            throw failed("the sandbox's start could not be followed", e);
        }
    }

    /** Empty when it said that it is ready; else what went wrong, in its own words. */
    private Optional<String> listen() {
        try (InputStream out = process.getInputStream();
                InputStream err = process.getErrorStream()) {
            byte[] said = out.readNBytes(READY.length);
            return java.util.Arrays.equals(said, READY)
                    ? Optional.empty()
                    : Optional.of(new String(err.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
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
