package dev.sandjar.oci;

import dev.sandjar.SandboxException;
import dev.sandjar.oci.image.OciImages;
import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Opens this machine, {@code local:}. Options, each also an environment variable: {@code home} (SANDJAR_HOME, a folder;
 * {@code /var/lib/sandjar}), {@code aliases} (SANDJAR_ALIASES, {@code name=image,…}).
 */
public final class OciRuntimeProvider implements SandboxRuntimeProvider {
    private static final Set<String> OPTIONS = Set.of("home", "aliases");

    @Override
    public String scheme() {
        return "local";
    }

    @Override
    public SandboxRuntime open(Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!OPTIONS.contains(name)) {
                throw SandboxException.invalid("option", '"' + name + '"', "home, aliases");
            }
        }
        return new OciRuntime(
                Path.of(option(options, "home", "SANDJAR_HOME", "/var/lib/sandjar"))
                        .toAbsolutePath(),
                new OciImages(OciImages.parseAliases(option(options, "aliases", "SANDJAR_ALIASES", ""))));
    }

    private static String option(Map<String, String> options, String name, String variable, String otherwise) {
        String value = options.getOrDefault(name, System.getenv().getOrDefault(variable, ""));
        return value.isEmpty() ? otherwise : value;
    }
}
