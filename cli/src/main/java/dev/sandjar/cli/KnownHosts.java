package dev.sandjar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    /** The last word about a host; what was said before of it goes. */
    void put(String host, String key) throws IOException {
        Files.createDirectories(file.getParent());
        var lines = new ArrayList<String>();
        if (Files.exists(file)) {
            Files.readAllLines(file).stream()
                    .filter(line -> !line.startsWith(host + " "))
                    .forEach(lines::add);
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
