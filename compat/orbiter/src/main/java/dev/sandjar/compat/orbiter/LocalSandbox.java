package dev.sandjar.compat.orbiter;

import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A sandbox on this machine: processes, files, network and limits of its own, kept apart by an OCI runtime. Needs root, or what {@code sandjar doctor} says. */
public final class LocalSandbox extends OrbiterSandbox {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    LocalSandbox(Settings settings) {
        super(settings, TIMEOUT);
        if (settings.namespace().isPresent()) {
            throw new SandboxError("'namespace' is for KubernetesSandbox");
        }
    }

    /**
     * Begins to describe one.
     *
     * @return an empty builder
     */
    public static SandboxBuilder<LocalSandbox> builder() {
        return new SandboxBuilder<>(LocalSandbox.class);
    }

    @Override
    Sandboxes open() {
        return Sandboxes.open("local:", settings.placeOptions());
    }

    @Override
    SandboxSpec spec() {
        return settings.spec().image(settings.image().orElse("host")).build();
    }

    @Override
    SandboxError startFailure(Throwable cause) {
        return new SandboxError("Failed to start local sandbox: " + cause.getMessage(), cause);
    }

    @Override
    void made(Running running, List<McpServerSpec> servers) {}

    @Override
    void unmade() {}

    @Override
    Map<String, @Nullable Object> identity() {
        return Map.of();
    }
}
