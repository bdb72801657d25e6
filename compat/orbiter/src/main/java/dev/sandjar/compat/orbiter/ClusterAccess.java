package dev.sandjar.compat.orbiter;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whom to ask: the cluster of {@code KUBECONFIG}, else the one that we are in, else that of {@code ~/.kube/config}; an option {@code kubeconfig} before all.
 *
 * @param kubeconfig the file that was taken; empty inside a cluster
 */
record ClusterAccess(Config config, Optional<String> kubeconfig) {
    /** @throws SandboxError when none of them can be read */
    static ClusterAccess find(Settings settings) {
        Map<String, String> environment = settings.environment();
        Optional<String> given = Optional.ofNullable(settings.placeOptions().get("kubeconfig"));
        return given.or(() -> Optional.ofNullable(environment.get("KUBECONFIG")))
                .flatMap(ClusterAccess::file)
                .or(() -> given.isEmpty() ? inside(environment) : Optional.empty())
                .or(() -> given.isEmpty()
                        ? file(Path.of(environment.getOrDefault("HOME", ""), ".kube", "config")
                                .toString())
                        : Optional.empty())
                .orElseThrow(() -> new SandboxError("Failed to load Kubernetes configuration"));
    }

    KubernetesClient client() {
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static Optional<ClusterAccess> file(String name) {
        Path file = Path.of(name);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            Config config = Config.fromKubeconfig(file.toFile());
            return config.getContexts().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ClusterAccess(config, Optional.of(name)));
        } catch (RuntimeException unreadable) { // what it says quotes the file, which has secrets
            return Optional.empty();
        }
    }

    private static Optional<ClusterAccess> inside(Map<String, String> environment) {
        return environment.containsKey("KUBERNETES_SERVICE_HOST")
                ? Optional.of(new ClusterAccess(Config.autoConfigure(null), Optional.empty()))
                : Optional.empty();
    }
}
