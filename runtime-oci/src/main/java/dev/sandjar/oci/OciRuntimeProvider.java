package dev.sandjar.oci;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import java.util.Map;

/** {@code local:}: sandboxes on this machine. */
public final class OciRuntimeProvider implements SandboxRuntimeProvider {
    /** For {@link java.util.ServiceLoader}. */
    public OciRuntimeProvider() {}

    @Override
    public String scheme() {
        return "local";
    }

    @Override
    public SandboxRuntime open(Map<String, String> options) {
        return OciRuntime.open(Options.read(options, System.getenv()));
    }
}
