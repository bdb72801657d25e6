package dev.sandjar.bench;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import dev.sandjar.testing.RealCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** The tests' cluster, as the benchmarks open it. */
final class ClusterPlace {
    private ClusterPlace() {}

    /** A client of the cluster itself, without us. */
    static KubernetesClient client() {
        String kubeconfig = RealCluster.options().getOrDefault("kubeconfig", System.getenv("KUBECONFIG"));
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Path.of(kubeconfig).toFile()))
                .build();
    }

    /** @param more options beside those that find the cluster */
    static SandboxRuntime runtime(Map<String, String> more) {
        var options = new HashMap<>(RealCluster.options());
        options.putAll(more);
        return ServiceLoader.load(SandboxRuntimeProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.scheme().equals("kubernetes"))
                .findFirst()
                .orElseThrow()
                .open(options);
    }
}
