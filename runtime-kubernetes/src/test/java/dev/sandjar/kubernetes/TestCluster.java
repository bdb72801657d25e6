package dev.sandjar.kubernetes;

import dev.sandjar.testing.RealCluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runtimes on the real cluster. */
final class TestCluster {
    static final String IMAGE = RealCluster.image();

    private static final KubernetesRuntime SHARED = open();

    private TestCluster() {}

    static KubernetesRuntime runtime() {
        return SHARED;
    }

    /** As another process would open it. */
    static KubernetesRuntime open() {
        return open(Map.of());
    }

    static KubernetesRuntime open(Map<String, String> options) {
        return KubernetesRuntime.open(options(options));
    }

    static Options options(Map<String, String> options) {
        var all = new HashMap<>(RealCluster.options());
        all.putAll(options);
        return Options.read(all, System.getenv());
    }

    static List<String> script(String... words) {
        return RealCluster.script(words);
    }
}
