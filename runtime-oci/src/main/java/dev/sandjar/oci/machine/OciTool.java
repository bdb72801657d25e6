package dev.sandjar.oci.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program that runs OCI bundles.
 *
 * @param name such as {@code runc}
 * @param path where it is
 */
public record OciTool(String name, Path path) {
    /** Those that we know, the fastest first. */
    public static final List<String> KNOWN = List.of("crun", "runc");

    /** Those on the PATH, in the order of {@link #KNOWN}. */
    public static List<OciTool> onPath(Map<String, String> environment) {
        String[] folders = environment
                .getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
                .split(":");
        return KNOWN.stream().flatMap(name -> find(name, folders).stream()).toList();
    }

    private static Optional<OciTool> find(String name, String[] folders) {
        for (String folder : folders) {
            Path candidate = Path.of(folder, name);
            if (candidate.isAbsolute() && Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(new OciTool(name, candidate));
            }
        }
        return Optional.empty();
    }

    /** What starts a bundle and ends once it runs. */
    public List<String> run(Path state, Path bundle, String id) {
        return List.of(
                path.toString(), "--root", state.toString(), "run", "--detach", "--bundle", bundle.toString(), id);
    }
}
