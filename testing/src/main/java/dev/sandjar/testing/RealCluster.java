package dev.sandjar.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The real Kubernetes cluster that tests run on: that of {@code KUBECONFIG} (then {@code SANDJAR_TEST_IMAGE} may name an image with bash and
 * Python that its nodes can have, {@code SANDJAR_TEST_SSH_IMAGE} one with OpenSSH, {@code SANDJAR_TEST_SMALL_IMAGE} one of busybox), else the one of {@code dev/cluster}, which is brought up when it is not.
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
     * An image with OpenSSH, which starts it by itself and lets root in.
     *
     * @return its reference
     */
    public static String sshImage() {
        return System.getenv().getOrDefault("SANDJAR_TEST_SSH_IMAGE", "sandjar.test/sshd:1");
    }

    /**
     * An image with a shell and no libraries at all.
     *
     * @return its reference
     */
    public static String smallImage() {
        return System.getenv().getOrDefault("SANDJAR_TEST_SMALL_IMAGE", "sandjar.test/busybox:1");
    }

    /**
     * Whether it is ours to break: nobody kills the processes of a cluster that was given.
     *
     * @return false for the cluster of {@code KUBECONFIG}
     */
    public static boolean breakable() {
        return !GIVEN;
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
     * @param words such as {@code agent}, or {@code kill kubelet}
     * @return the lines that it said
     */
    public static List<String> script(String... words) {
        var command = new ArrayList<String>();
        command.add(folder().resolve("dev/cluster").toString());
        command.addAll(List.of(words));
        return said(command).lines().toList();
    }

    private static String said(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + said);
            }
            return said;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(String.join(" ", command), e);
        }
    }

    /**
     * Asks as a person would.
     *
     * @param words such as {@code get}, {@code pods}
     * @return what it said
     */
    public static String kubectl(String... words) {
        var command = new ArrayList<String>();
        command.add(GIVEN ? "kubectl" : script("kubectl").getFirst());
        if (!GIVEN) {
            command.add("--kubeconfig=" + OPTIONS.get("kubeconfig"));
        }
        command.addAll(List.of(words));
        return said(command);
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
