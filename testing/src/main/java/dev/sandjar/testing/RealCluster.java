package dev.sandjar.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The real Kubernetes cluster that tests run on: that of {@code KUBECONFIG} (then {@code SANDJAR_TEST_IMAGE} may name an image with bash and
 * Python that its nodes can have), else the one of {@code dev/cluster}, which is brought up when it is not.
 */
public final class RealCluster {
    private static final boolean GIVEN = System.getenv("KUBECONFIG") != null;
    private static final Map<String, String> OPTIONS = find();

    private RealCluster() {}

    /**
     * An image with bash and Python.
     *
     * @return its reference
     */
    public static String image() {
        return GIVEN ? System.getenv().getOrDefault("SANDJAR_TEST_IMAGE", "python:3.11") : "sandjar.test/python:1";
    }

    /**
     * How a runtime is opened there.
     *
     * @return names to values
     */
    public static Map<String, String> options() {
        return OPTIONS;
    }

    /**
     * Calls {@code dev/cluster}.
     *
     * @param verb such as {@code agent}
     * @return the lines that it said
     */
    public static List<String> script(String verb) {
        try {
            Process process = new ProcessBuilder(folder().resolve("dev/cluster").toString(), verb)
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

    private static Map<String, String> find() {
        var options = new HashMap<>(Map.of("image", image(), "cpu-request", "0.01")); // forty at once on two processors
        if (!GIVEN) {
            script("up");
            options.put("kubeconfig", script("kubeconfig").getFirst());
        }
        return Map.copyOf(options);
    }

    private static Path folder() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("dev/cluster"))) {
                return folder;
            }
        }
        throw new AssertionError("no folder above this one has dev/cluster");
    }
}
