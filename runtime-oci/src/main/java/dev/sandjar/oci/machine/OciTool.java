package dev.sandjar.oci.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    /** Those that we know, the fastest first. {@code runsc} is gVisor: a kernel of its own between a sandbox and the machine's. */
    public static final List<String> KNOWN = List.of("crun", "runc", "runsc");

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

    /** Whether it brings a kernel of its own. */
    public boolean gvisor() {
        return name.equals("runsc");
    }

    /** What starts a bundle and ends once it runs. */
    public List<String> run(Path state, Path bundle, String id) {
        var command = new ArrayList<String>(List.of(path.toString(), "--root", state.toString()));
        if (name.equals(
                "runsc")) { // what others do without being told: no network, and a socket that the agent makes is one
            // outside too
            command.addAll(List.of("--network=none", "--host-uds=create"));
        }
        command.addAll(List.of("run", "--detach", "--bundle", bundle.toString(), id));
        return command;
    }
}
