package dev.sandjar.server;

import dev.sandjar.SandboxException;
import dev.sandjar.runtime.LimitOptions;
import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import dev.sandjar.server.config.ServerConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Opens the place that the configuration names. */
final class Place {
    private Place() {}

    static SandboxRuntime open(ServerConfig config) {
        Map<String, String> options = switch (config.runtime()) {
            case "local" -> local(config);
            case "kubernetes" -> kubernetes(config.kubernetes());
            default -> throw SandboxException.invalid("sandjar.runtime", config.runtime(), "local, kubernetes");
        };
        return ServiceLoader.load(SandboxRuntimeProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.scheme().equals(config.runtime()))
                .findFirst()
                .orElseThrow(() -> SandboxException.notSupported(config.runtime(), "this build", "add its runtime"))
                .open(options);
    }

    private static Map<String, String> local(ServerConfig config) {
        var options = new LinkedHashMap<String, String>();
        options.put("home", config.home());
        options.put("registries", config.registries());
        limit(options, "pull", config.limits().pull());
        limit(options, "cleanup", config.limits().cleanup());
        limit(options, "doctor", config.limits().doctor());
        put(options, "oci-runtime", config.ociRuntime());
        put(options, "mirror", config.mirror());
        put(options, "aliases", config.aliases());
        return options;
    }

    private static Map<String, String> kubernetes(ServerConfig.Kubernetes config) {
        var options = new LinkedHashMap<String, String>();
        put(options, "kubeconfig", config.kubeconfig());
        put(options, "context", config.context());
        put(options, "namespace", config.namespace());
        put(options, "dial", config.dial());
        put(options, "agent", config.agent());
        put(options, "image", config.image());
        put(options, "aliases", config.aliases());
        put(options, "pull-policy", config.pullPolicy());
        put(options, "pull-secrets", config.pullSecrets());
        put(options, "node-selector", config.nodeSelector());
        put(options, "tolerations", config.tolerations());
        put(options, "labels", config.labels());
        put(options, "annotations", config.annotations());
        put(options, "runtime-class", config.runtimeClass());
        put(options, "cpu-request", config.cpuRequest());
        put(options, "memory-request", config.memoryRequest());
        put(options, "disk-limit", config.diskLimit());
        put(options, "longest-life", config.longestLife());
        put(options, "workspace-claim", config.workspaceClaim());
        put(options, "workspace-size", config.workspaceSize());
        put(options, "workspace-class", config.workspaceClass());
        put(options, "pod-template", config.podTemplate());
        put(options, "egress", config.egress());
        put(options, "capacity-wait", config.capacityWait());
        put(options, "silence", config.silence());
        put(options, "token-audience", config.tokenAudience());
        put(options, "architecture", config.architecture());
        return options;
    }

    private static void limit(Map<String, String> options, String name, Duration value) {
        options.put(LimitOptions.name(name), LimitOptions.text(value));
    }

    private static void put(Map<String, String> options, String name, Optional<String> value) {
        value.ifPresent(text -> options.put(name, text));
    }
}
