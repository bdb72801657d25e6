package dev.sandjar.oci.image;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.kernel.LoopDevice;
import dev.sandjar.oci.kernel.Mounts;
import dev.sandjar.oci.machine.DiskTools;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A filesystem of limited size for what one sandbox writes: ext4 in a sparse file. Only for sandboxes that name a limit, since it takes a process
 * ({@code mkfs.ext4}) that others do without: about 30 ms, as much as all the rest of a create. Others say among their weaknesses that they have none.
 */
public final class Disk {
    private final Path folder;

    private Disk(Path folder) {
        this.folder = folder;
    }

    /** Makes and mounts it; empty when no limit is wanted. */
    public static Optional<Disk> make(OptionalLong bytes, Path folder, Deadline deadline)
            throws IOException, InterruptedException {
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        Path mkfs = DiskTools.mkfs(System.getenv())
                .orElseThrow(() -> SandboxException.notSupported(
                        "a disk limit", "this machine", "leave it out, or install e2fsprogs"));
        Path file = folder.resolveSibling("disk.img");
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes.getAsLong());
        }
        format(mkfs, file, deadline);
        Files.createDirectory(folder);
        try (LoopDevice loop = LoopDevice.attach(file)) {
            Mounts.mount(loop.device(), folder, "ext4", "");
        }
        return Optional.of(new Disk(folder));
    }

    private static void format(Path mkfs, Path file, Deadline deadline) throws IOException, InterruptedException {
        // no journal: what a crash of the machine breaks, nobody will read again
        Process process = new ProcessBuilder(
                        mkfs.toString(),
                        "-q",
                        "-F",
                        "-m",
                        "0",
                        "-O",
                        "^has_journal",
                        "-E",
                        "nodiscard",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        try {
            if (!process.waitFor(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
                throw deadline.exceeded("making the sandbox's disk");
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            String said = process.inputReader().readLine();
            throw new SandboxException(
                    ErrorCode.START_FAILED,
                    "the sandbox's disk cannot be made",
                    "is this machine's disk full?",
                    new IOException(said));
        }
    }

    /** Where it is mounted. */
    public Path folder() {
        return folder;
    }

    /** Takes it out of this machine's sight. */
    public void release() throws IOException {
        Mounts.detach(folder);
    }
}
