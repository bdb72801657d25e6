package dev.sandjar.compat.orbiter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** MCP servers for tests, and where sandboxes are made. */
final class Servers {
    /** A home of these tests' own. */
    static final Map<String, String> HERE = Map.of("home", "/var/lib/sandjar-test/orbiter");

    private Servers() {}

    /** The one of server.py. Its source goes in by the command line, so that nothing has to be there before it starts. */
    static Map<String, Object> wellBehaved() {
        return python(source());
    }

    static Map<String, Object> python(String program) {
        return Map.of("command", "python3", "args", List.of("-c", program), "env", Map.of("TOKEN", "a-secret-token"));
    }

    static Map<String, Object> config(String name, Map<String, Object> server) {
        return Map.of("mcpServers", Map.of(name, server));
    }

    private static String source() {
        try (InputStream file = Servers.class.getResourceAsStream("server.py")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
