package dev.sandjar.oci;

import dev.sandjar.oci.kernel.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * OCI runtimes that still run although whoever started them was killed: they would go on making the sandbox that is being removed. They are known by
 * the sandbox's bundle on their command line.
 */
final class Starters {
    private Starters() {}

    static List<ProcessIdentity> of(SandboxFolder folder) throws IOException {
        var found = new ArrayList<ProcessIdentity>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (arguments(process).contains(folder.bundle().toString())) {
                    ProcessIdentity.of(Integer.parseInt(process.getFileName().toString()))
                            .ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private static List<String> arguments(Path process) {
        try {
            String all = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
            return List.of(all.split("\0"));
        } catch (IOException gone) {
            return List.of();
        }
    }
}
