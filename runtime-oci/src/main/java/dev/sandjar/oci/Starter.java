package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.kernel.ProcessIdentity;
import dev.sandjar.oci.machine.OciTool;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The one process that is started for a sandbox: the OCI runtime, which sets everything up and becomes, in a child, the agent. The agent gets its key
 * on standard input, which is the OCI runtime's own, handed on, and tells that it listens by connecting to a socket in the link's folder. (Not on standard
 * output: the JDK closes that pipe when the OCI runtime ends, which may be before the agent has said anything.) Nothing waits for the OCI runtime
 * itself: it ends on its own, a moment later.
 */
final class Starter {
    /** The socket's name in the link's folder. */
    static final String READY = "ready";

    private static final int LONGEST_ERROR = 4_096;

    private final Process process;
    private final SandboxFolder folder;
    private final ServerSocketChannel ready;

    private Starter(Process process, SandboxFolder folder, ServerSocketChannel ready) {
        this.process = process;
        this.folder = folder;
        this.ready = ready;
    }

    static Starter run(OciTool tool, SandboxFolder folder, SandboxKey key) throws IOException {
        ServerSocketChannel ready = listen(folder);
        try {
            Process process = start(tool, folder);
            try (var stdin = process.getOutputStream()) {
                stdin.write(key.bytes());
            } catch (IOException endedAlready) {
                // why, it says on standard error
            }
            return new Starter(process, folder, ready);
        } catch (IOException e) {
            ready.close();
            throw failed("the OCI runtime " + tool.name() + " cannot be started", e);
        }
    }

    private static ServerSocketChannel listen(SandboxFolder folder) throws IOException {
        var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Path path = folder.link().resolve(READY);
        socket.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString("rw-rw-rw-")); // it is another user's, in a folder of its own
        return socket;
    }

    private static Process start(OciTool tool, SandboxFolder folder) throws IOException {
        var builder = new ProcessBuilder(
                tool.run(folder.state(), folder.bundle(), folder.id().toString()));
        builder.directory(folder.bundle().toFile());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .keySet()
                .retainAll(Set.of("PATH")); // what else we were started with is none of the sandbox's business
        return builder.start();
    }

    /** Which process it is; empty when it has ended. */
    Optional<ProcessIdentity> identity() {
        return ProcessIdentity.of((int) process.pid());
    }

    /**
     * Returns when the agent listens.
     *
     * @param lives whether any process is in the sandbox
     */
    void awaitReady(Deadline deadline, BooleanSupplier lives) throws InterruptedException {
        var said = new CompletableFuture<Optional<String>>();
        Thread.ofVirtual().name("ready").start(() -> said.complete(accept()));
        process.onExit().thenAccept(ended -> {
            if (ended.exitValue() != 0 || !lives.getAsBoolean()) {
                said.complete(Optional.of(errors()));
            }
        });
        try {
            Optional<String> trouble = said.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
            if (trouble.isPresent()) {
                throw failed("the sandbox ended before its agent was ready", new IOException(trouble.get()));
            }
        } catch (TimeoutException late) {
            throw deadline.exceeded("starting the sandbox");
        } catch (ExecutionException e) {
            throw failed("the sandbox's start could not be followed", e);
        } finally {
            stopListening();
        }
    }

    /** Empty when the agent has come. */
    private Optional<String> accept() {
        try {
            ready.accept().close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private String errors() {
        try (InputStream err = process.getErrorStream()) {
            return new String(err.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void stopListening() {
        try {
            ready.close();
            Files.deleteIfExists(folder.link().resolve(READY));
        } catch (IOException e) {
            throw failed("the sandbox's start could not be followed", e);
        }
    }

    /** Stops it before the agent was ready. What it has begun ends with it, or is in the sandbox's control group. */
    void kill() throws IOException, InterruptedException {
        ready.close();
        process.destroyForcibly().waitFor();
    }

    private static SandboxException failed(String what, Throwable cause) {
        return new SandboxException(
                ErrorCode.START_FAILED, what, "sandjar doctor tells what this machine lacks; the log says more", cause);
    }
}
