package dev.sandjar.client;

import dev.sandjar.Sandboxes;
import dev.sandjar.SandboxesProvider;
import java.util.Map;

/** Serves {@code http://host} and {@code https://host}. */
public final class ServerProvider implements SandboxesProvider {
    @Override
    public boolean serves(String scheme) {
        return scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
    }

    @Override
    public Sandboxes open(String place, Map<String, String> options) {
        return new ServerSandboxes(new Server(ServerOptions.of(place, options)));
    }
}
