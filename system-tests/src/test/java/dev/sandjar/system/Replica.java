package dev.sandjar.system;

import dev.sandjar.testing.RealCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server process on the real cluster; several may share one namespace. */
final class Replica {
    private Replica() {}

    static RealServer start(Path home, String namespace, String... settings) throws IOException {
        var all = new ArrayList<>(List.of(settings));
        all.add("SANDJAR_RUNTIME=kubernetes");
        all.add("SANDJAR_KUBERNETES_NAMESPACE=" + namespace);
        all.add("SANDJAR_KUBERNETES_SILENCE=3");
        RealCluster.options()
                .forEach((name, value) -> all.add("SANDJAR_KUBERNETES_"
                        + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_') + "=" + value));
        return new RealServer(home, all.toArray(String[]::new));
    }
}
