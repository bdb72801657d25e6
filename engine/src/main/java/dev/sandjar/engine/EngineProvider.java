package dev.sandjar.engine;

import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.SandboxesProvider;
import dev.sandjar.runtime.LimitOptions;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Serves every place that a runtime on the class path knows: {@code local:}, {@code kubernetes:}. */
public final class EngineProvider implements SandboxesProvider {
    /** Whose sandboxes an embedded engine makes. */
    static final String OWNER = "local";

    /** The others are the runtime's. */
    private static final List<String> LIMITS = List.of("create", "agent", "destroy");

    @Override
    public boolean serves(String scheme) {
        return runtime(scheme).isPresent();
    }

    @Override
    public Sandboxes open(String place, Map<String, String> options) {
        String scheme = place.substring(0, Math.max(0, place.indexOf(':')));
        Map<String, String> merged = merged(place, options);
        EngineConfig config = config(merged, System.getenv());
        LIMITS.forEach(limit -> merged.remove(LimitOptions.name(limit)));
        var runtime = runtime(scheme)
                .orElseThrow(() -> SandboxException.notSupported(place, "this class path", "add its runtime"))
                .open(merged);
        var engine = Engine.open(runtime, config);
        return new OwnedSandboxes(engine, OWNER) {
            @Override
            public void close() {
                engine.close();
            }
        };
    }

    static EngineConfig config(Map<String, String> options, Map<String, String> environment) {
        EngineConfig preset = EngineConfig.builder().build();
        return EngineConfig.builder()
                .createLimit(LimitOptions.read("create", preset.createLimit(), options, environment))
                .agentLimit(LimitOptions.read("agent", preset.agentLimit(), options, environment))
                .destroyLimit(LimitOptions.read("destroy", preset.destroyLimit(), options, environment))
                .build();
    }

    private static Optional<SandboxRuntimeProvider> runtime(String scheme) {
        return ServiceLoader.load(SandboxRuntimeProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.scheme().equals(scheme))
                .findFirst();
    }

    private static Map<String, String> merged(String place, Map<String, String> options) {
        var merged = new HashMap<String, String>();
        int question = place.indexOf('?');
        if (question >= 0) {
            for (String pair : place.substring(question + 1).split("&")) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw SandboxException.invalid(
                            "place", "with an option without a value", "name=value, joined by &");
                }
                merged.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        merged.putAll(options);
        return merged;
    }
}
