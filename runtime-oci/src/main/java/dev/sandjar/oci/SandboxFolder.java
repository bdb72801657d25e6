package dev.sandjar.oci;

import dev.sandjar.SandboxId;
import dev.sandjar.oci.bundle.Ids;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the machine's disk knows of one sandbox. {@code made} is written last and removed first: with it the sandbox is whole, without it
 * somebody is making or removing it (and holds {@code lock}), or did so and crashed (and the kernel let go of it).
 */
record SandboxFolder(SandboxId id, Path path) {
    Path root() {
        return path.resolve("root");
    }

    Path bundle() {
        return path.resolve("bundle");
    }

    Path link() {
        return path.resolve("link");
    }

    Path socket() {
        return link().resolve("s");
    }

    boolean exists() {
        return Files.isDirectory(path);
    }

    /** Fails with FileAlreadyExistsException when the id was used. */
    void make() throws IOException {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        Files.createDirectory(bundle());
    }

    /** Between its first two system calls a sandbox has a folder and no lock; whoever crashed there did so longer ago. */
    boolean isBeingBegun() throws IOException {
        return !Files.exists(path.resolve("lock"))
                && Files.getLastModifiedTime(path)
                        .toInstant()
                        .isAfter(Instant.now().minusSeconds(10));
    }

    /** Takes the right to make or remove it; empty when somebody else has it. */
    Optional<FileChannel> lock() throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(channel);
            }
        } catch (OverlappingFileLockException ours) {
            // another thread of this process
        }
        channel.close();
        return Optional.empty();
    }

    void write(String name, byte[] content) throws IOException {
        Path temporary = path.resolve(name + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(temporary, content);
        Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    Optional<byte[]> read(String name) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(path.resolve(name)));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    void forget(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
    }

    Optional<Ids> ids() throws IOException {
        return read("ids")
                .map(text -> new Ids(Integer.parseInt(new String(text, java.nio.charset.StandardCharsets.US_ASCII))));
    }

    /** Removes everything; the lock's file and the folder itself last, so that a crash leaves something to find. */
    void remove() throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.equals(path.resolve("lock"))) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (!folder.equals(path)) {
                    Files.deleteIfExists(folder);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Files.deleteIfExists(path.resolve("lock"));
        Files.deleteIfExists(path);
    }
}
