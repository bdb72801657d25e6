package dev.sandjar.kubernetes;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import java.util.Map;

/** {@code kubernetes:}: sandboxes on a cluster. */
public final class KubernetesRuntimeProvider implements SandboxRuntimeProvider {
    /** For {@link java.util.ServiceLoader}. */
    public KubernetesRuntimeProvider() {}

    @Override
    public String scheme() {
        return "kubernetes";
    }

    @Override
    public SandboxRuntime open(Map<String, String> options) {
        return KubernetesRuntime.open(Options.read(options, System.getenv()));
    }
}
