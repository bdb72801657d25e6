package dev.sandjar.oci;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.runtime.SandboxKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What is kept of one sandbox. It exists for others once {@code placement} is there, which is written last and removed first; whoever makes or
 * removes the sandbox holds {@code lock} meanwhile, so a folder without {@code placement} whose lock is free is what a crash left.
 *
 * <ul>
 *   <li>{@code lock}, {@code placement}, {@code record} (the engine's notes), {@code key}, {@code range} (its first user id)
 *   <li>{@code bundle/config.json}, {@code state/}: what the OCI runtime reads and writes
 *   <li>{@code rootfs/}: its files, or where its overlay is mounted from
 *   <li>{@code dev/}: where its devices are mounted from
 *   <li>{@code link/s}: its agent's socket
 * </ul>
 */
record SandboxFolder(SandboxId id, Path path) {
    private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    Path lock() {
        return path.resolve("lock");
    }

    Path bundle() {
        return path.resolve("bundle");
    }

    Path state() {
        return path.resolve("state");
    }

    Path link() {
        return path.resolve("link");
    }

    /** Where the agent listens. */
    Path socket() {
        return link().resolve("s");
    }

    Path rootfs() {
        return path.resolve("rootfs");
    }

    Path devices() {
        return path.resolve("dev");
    }

    Path disk() {
        return path.resolve("disk");
    }

    /** Whether it is there for others, whatever its placement says. */
    boolean isPlaced() throws IOException {
        try {
            Files.readAttributes(path.resolve("placement"), BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException missing) {
            return false;
        }
    }

    Optional<PlacementFile> placement() throws IOException {
        return read("placement").map(PlacementFile::parse);
    }

    void writePlacement(PlacementFile placement) throws IOException {
        replace("placement", placement.text());
    }

    /** From now on the sandbox is being removed, whatever happens to us. */
    void forgetPlacement() throws IOException {
        Files.deleteIfExists(path.resolve("placement"));
    }

    String record() throws IOException {
        return read("record").orElseThrow(() -> new NoSuchFileException("record"));
    }

    void writeRecord(String record) throws IOException {
        replace("record", record);
    }

    /** Empty when it is damaged. */
    Optional<SandboxKey> key() throws IOException {
        byte[] bytes = Files.readAllBytes(path.resolve("key"));
        return bytes.length == SandboxKey.LENGTH ? Optional.of(SandboxKey.of(bytes)) : Optional.empty();
    }

    void writeKey(SandboxKey key) throws IOException {
        writeNew(path.resolve("key"), key.bytes());
    }

    Optional<Long> range() throws IOException {
        return read("range").filter(text -> !text.isEmpty()).map(Long::valueOf);
    }

    void writeRange(long first) throws IOException {
        replace("range", Long.toString(first));
    }

    boolean exists() {
        return Files.isDirectory(path);
    }

    /** Readers see the old text or the new one. */
    private void replace(String name, String text) throws IOException {
        Path fresh = path.resolve(name + "." + UUID.randomUUID() + ".new"); // other processes may write it too
        try {
            writeNew(fresh, text.getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException gone) {
            throw SandboxException.sandboxNotFound(id);
        } catch (IOException e) { // such as a full disk
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    private static void writeNew(Path file, byte[] bytes) throws IOException {
        try (var out = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OURS_ALONE)) {
            for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
                out.write(left);
            }
        }
    }

    private Optional<String> read(String name) throws IOException {
        try {
            return Optional.of(new String(Files.readAllBytes(path.resolve(name)), StandardCharsets.UTF_8));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }
}
