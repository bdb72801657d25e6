package dev.sandjar.oci.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What a limit on files takes: loop devices, and the program that makes a filesystem in one. */
public final class DiskTools {
    private DiskTools() {}

    static boolean present(Map<String, String> environment) {
        return Files.exists(Path.of("/dev/loop-control")) && mkfs(environment).isPresent();
    }

    /** Where {@code mkfs.ext4} is. */
    public static Optional<Path> mkfs(Map<String, String> environment) {
        String path = environment.getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":")) {
            Path candidate = Path.of(folder, "mkfs.ext4");
            if (candidate.isAbsolute() && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
