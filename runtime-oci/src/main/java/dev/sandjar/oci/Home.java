package dev.sandjar.oci;

import dev.sandjar.SandboxId;
import dev.sandjar.oci.bundle.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The folder that holds every sandbox of this machine. Several processes use it at once; the kernel's file system calls are what they
 * agree by.
 */
final class Home {
    private static final int FIRST_ID = 0x1000_0000;
    private static final int RANGES = 16_384;

    private final Path folder;

    Home(Path folder) {
        this.folder = folder;
        try {
            for (Path path : List.of(folder, sandboxes(), uids(), runtimeState(), agents())) {
                Files.createDirectories(path);
                // the sandbox's own root must pass through to its root filesystem, and may not look around
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the folder " + folder, e);
        }
    }

    SandboxFolder sandbox(SandboxId id) {
        return new SandboxFolder(id, sandboxes().resolve(id.toString()));
    }

    List<SandboxId> ids() throws IOException {
        var ids = new ArrayList<SandboxId>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(sandboxes())) {
            for (Path path : folders) {
                SandboxId.parse(path.getFileName().toString()).ifPresent(ids::add);
            }
        }
        return ids;
    }

    /** Where the OCI runtime keeps its own notes. */
    Path runtimeState() {
        return folder.resolve("runtime");
    }

    Path agents() {
        return folder.resolve("agents");
    }

    /** Takes a range of user ids that no sandbox of this home has. */
    Ids takeIds(SandboxId id) throws IOException {
        int start = ThreadLocalRandom.current().nextInt(RANGES);
        for (int i = 0; i < RANGES; i++) {
            int range = (start + i) % RANGES;
            try {
                Files.writeString(
                        uids().resolve(Integer.toString(range)),
                        id.toString(),
                        java.nio.file.StandardOpenOption.CREATE_NEW);
                return new Ids(FIRST_ID + range * Ids.COUNT);
            } catch (FileAlreadyExistsException taken) {
                if (forsaken(uids().resolve(Integer.toString(range)))) {
                    i--;
                }
            }
        }
        throw new IOException("all " + RANGES + " ranges of user ids are taken");
    }

    void giveBack(Ids ids) throws IOException {
        Files.deleteIfExists(uids().resolve(Integer.toString((ids.first() - FIRST_ID) / Ids.COUNT)));
    }

    /** Removes a range whose sandbox is no more, as a crash in between leaves it. */
    private boolean forsaken(Path range) throws IOException {
        try {
            String owner = Files.readString(range);
            boolean gone = SandboxId.parse(owner).isPresent()
                    && !Files.exists(sandboxes().resolve(owner));
            return gone && Files.deleteIfExists(range);
        } catch (NoSuchFileException gone) {
            return true;
        }
    }

    private Path sandboxes() {
        return folder.resolve("sandboxes");
    }

    private Path uids() {
        return folder.resolve("uids");
    }
}
