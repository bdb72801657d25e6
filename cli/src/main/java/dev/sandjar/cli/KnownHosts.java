package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The host keys of servers as OpenSSH keeps them, by the ids of their sandboxes.
 *
 * @param file made when it is first needed
 */
record KnownHosts(Path file) {
    private static final int MOST = 1_000; // sandboxes do not come back

    static KnownHosts ofThisUser() {
        return new KnownHosts(Place.folder().resolve("known_hosts"));
    }

    /**
     * Keeps a host's key.
     *
     * @throws SandboxException {@code PERMISSION_DENIED} when another one was kept before
     */
    void put(String host, String key) throws IOException {
        Files.createDirectories(file.getParent());
        try (FileChannel turn = FileChannel.open(
                        file.resolveSibling(file.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock _ = turn.lock()) { // several tunnels may begin at once, each for a host of its own
            putAlone(host, key);
        }
    }

    private void putAlone(String host, String key) throws IOException {
        var lines = new ArrayList<String>();
        if (Files.exists(file)) {
            lines.addAll(Files.readAllLines(file));
        }
        if (lines.contains(host + " " + key)) {
            return;
        }
        if (lines.stream().anyMatch(line -> line.startsWith(host + " "))) {
            throw new SandboxException(
                    ErrorCode.PERMISSION_DENIED,
                    "the host key of the server is not the one that it had for sandbox " + host
                            + ": somebody may stand between, or it has lost its key",
                    "if you know why, run: ssh-keygen -f " + file + " -R " + host,
                    null);
        }
        lines.add(host + " " + key);
        List<String> newest = lines.subList(Math.max(0, lines.size() - MOST), lines.size());
        Path beside = Files.createTempFile(
                file.getParent(),
                "known_hosts",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(beside, newest);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
