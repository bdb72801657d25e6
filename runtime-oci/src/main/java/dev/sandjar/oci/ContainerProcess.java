package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The OCI runtime at work on one sandbox. The agent inherits its standard streams: it reads its key from the input, and says
 * {@code ready} on the output as soon as it listens, which is before the OCI runtime itself has ended.
 */
final class ContainerProcess {
    private final Process process;
    private final SandboxFolder folder;

    private ContainerProcess(Process process, SandboxFolder folder) {
        this.process = process;
        this.folder = folder;
    }

    static ContainerProcess start(Path program, Path state, SandboxFolder folder, SandboxKey key) throws IOException {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--root",
                        state.toString(),
                        "run",
                        "--detach",
                        "--bundle",
                        folder.bundle().toString(),
                        folder.id().toString())
                .redirectError(folder.path().resolve("errors").toFile())
                .start();
        var started = new ContainerProcess(process, folder);
        try (OutputStream in = process.getOutputStream()) {
            in.write(key.bytes());
        } catch (IOException e) {
            throw started.failed(e); // it ended before it read anything
        }
        return started;
    }

    /** Waits until the agent listens. */
    void awaitReady(Deadline deadline) throws IOException, InterruptedException {
        var line = new CompletableFuture<String>();
        Thread.ofVirtual().name("agent-ready-" + folder.id()).start(() -> {
            try (InputStream out = process.getInputStream()) {
                line.complete(new String(out.readNBytes("ready\n".length()), StandardCharsets.US_ASCII));
            } catch (IOException e) {
                line.completeExceptionally(e);
            }
        });
        try {
            if (!line.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS).equals("ready\n")) {
                throw failed(null);
            }
        } catch (TimeoutException e) {
            throw deadline.exceeded("starting the sandbox");
        } catch (ExecutionException e) {
            throw failed(e);
        }
    }

    private SandboxException failed(@Nullable Exception cause) throws IOException {
        Path errors = folder.path().resolve("errors");
        String said = Files.exists(errors) ? Files.readString(errors).strip() : "";
        return new SandboxException(
                ErrorCode.START_FAILED,
                "the OCI runtime could not start the sandbox",
                "run: sandjar doctor",
                new IOException(said, cause));
    }

    /** Waits for the OCI runtime; kills it when it takes too long. */
    void awaitEnd(Deadline deadline) throws InterruptedException {
        if (!process.waitFor(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Kills and removes what the OCI runtime knows of a sandbox; succeeds when it knows nothing. */
    static void delete(Path program, Path state, SandboxId id, Deadline deadline)
            throws IOException, InterruptedException {
        if (!Files.isDirectory(state.resolve(id.toString()))) {
            return;
        }
        Process process = new ProcessBuilder(
                        program.toString(), "--root", state.toString(), "delete", "--force", id.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said;
        try (InputStream out = process.getInputStream()) {
            said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        if (!process.waitFor(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw deadline.exceeded("removing sandbox " + id);
        }
        if (process.exitValue() != 0) {
            throw new IOException("the OCI runtime could not remove the sandbox: " + said);
        }
    }
}
