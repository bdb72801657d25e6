package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.oci.bundle.Bundle;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which user ids of this machine belong to which sandbox: 65 536 each, so that no two share what the kernel counts per user (pipes, watches, keys).
 * Ranges lie far above those of people and of {@code /etc/subuid}. Reserved under {@link Home#locked}; a file names the owner.
 */
final class UidRanges {
    private static final long FIRST = 0x1000_0000L;
    private static final int COUNT = (int) ((0xFFFE_0000L - FIRST) / Bundle.IDS); // below the ids that mean "none"

    private final Path folder;

    UidRanges(Path folder) {
        this.folder = folder;
    }

    /** Takes a range that nobody has; any, so that homes on one machine rarely share one. Returns its first id. */
    long reserve(SandboxId owner) throws IOException {
        int start = ThreadLocalRandom.current().nextInt(COUNT);
        for (int i = 0; i < COUNT; i++) {
            int n = (start + i) % COUNT;
            if (take(n, owner)) {
                return FIRST + (long) n * Bundle.IDS;
            }
        }
        throw new SandboxException(
                ErrorCode.NO_CAPACITY,
                "all " + COUNT + " ranges of user ids are in use",
                "destroy some sandboxes",
                null);
    }

    private boolean take(int n, SandboxId owner) throws IOException {
        try {
            Files.createSymbolicLink(file(n), Path.of(owner.toString())); // one call that makes and fills it
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        }
    }

    void release(long first) throws IOException {
        Files.deleteIfExists(file((int) ((first - FIRST) / Bundle.IDS)));
    }

    /** For a sandbox whose own note of its range a crash prevented. */
    void releaseAllOf(SandboxId owner) throws IOException {
        try (var all = Files.newDirectoryStream(folder)) {
            for (Path one : all) {
                if (Files.readSymbolicLink(one).toString().equals(owner.toString())) {
                    Files.deleteIfExists(one);
                }
            }
        }
    }

    private Path file(int n) {
        return folder.resolve(Integer.toString(n));
    }
}
