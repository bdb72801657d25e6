package dev.sandjar.kubernetes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The real cluster that tests run on: that of {@code KUBECONFIG} (then {@code SANDJAR_TEST_IMAGE} names an image with bash and Python that its
 * nodes can have), else the one of {@code dev/cluster}.
 */
final class TestCluster {
    /** An image with bash and Python. */
    static final String IMAGE;

    private static final Map<String, String> BASE = new HashMap<>();
    private static final KubernetesRuntime SHARED;

    static {
        String given = System.getenv("KUBECONFIG");
        IMAGE = given == null
                ? "sandjar.test/python:1"
                : System.getenv().getOrDefault("SANDJAR_TEST_IMAGE", "python:3.11");
        if (given == null) {
            script("up");
            BASE.put("kubeconfig", script("kubeconfig").getFirst());
        }
        BASE.put("image", IMAGE);
        BASE.put("cpu-request", "0.01"); // forty at once on two processors
        SHARED = open();
    }

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
        var all = new HashMap<>(BASE);
        all.putAll(options);
        return Options.read(all, System.getenv());
    }

    /** Lines that {@code dev/cluster} said. */
    static List<String> script(String verb) {
        Path top = Path.of("").toAbsolutePath();
        while (!Files.exists(top.resolve("dev/cluster"))) {
            top = top.getParent();
        }
        try {
            Process process = new ProcessBuilder(top.resolve("dev/cluster").toString(), verb)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("dev/cluster " + verb + " failed: " + said);
            }
            return said.lines().toList();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("dev/cluster " + verb, e);
        }
    }
}
