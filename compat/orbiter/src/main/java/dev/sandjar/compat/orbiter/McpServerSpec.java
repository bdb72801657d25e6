package dev.sandjar.compat.orbiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One server of {@code mcp_config}, to be started inside the sandbox and spoken to by its standard streams.
 *
 * @param timeout of each call; the sandbox's own counts where it is shorter
 */
record McpServerSpec(
        String name, List<String> argv, Map<String, String> env, Optional<String> cwd, Optional<Duration> timeout) {
    /** Between a server's name and a tool's: {@code files__read}. */
    static final String SEPARATOR = "__";

    private static final Set<String> KNOWN = Set.of(
            "type",
            "transport",
            "command",
            "args",
            "env",
            "cwd",
            "url",
            "headers",
            "timeout",
            "sse_read_timeout",
            "disabled");

    /** All that are not disabled, in their order. */
    static List<McpServerSpec> parse(Map<String, Object> config) {
        var unknown = new TreeSet<>(config.keySet());
        unknown.remove("mcpServers");
        if (!unknown.isEmpty()) {
            throw new SandboxError("mcp_config has '" + unknown.first() + "', known: mcpServers");
        }
        var all = new ArrayList<McpServerSpec>();
        object("mcpServers", config.getOrDefault("mcpServers", Map.of())).forEach((name, server) -> {
            Map<String, Object> parts = object("server " + name, server);
            if (!Boolean.TRUE.equals(parts.get("disabled"))) {
                all.add(server(name, parts));
            }
        });
        return List.copyOf(all);
    }

    private static McpServerSpec server(String name, Map<String, Object> parts) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}") || name.contains(SEPARATOR)) {
            throw wrong(name, "its name may have letters, digits, . - and single _, 63 at most");
        }
        var unknown = new TreeSet<>(parts.keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw wrong(
                    name, "'" + unknown.first() + "' is unknown, known: " + String.join(", ", new TreeSet<>(KNOWN)));
        }
        requireStdio(name, parts);
        if (!(parts.get("command") instanceof String command) || command.isBlank()) {
            throw wrong(name, "'command' must be the program to start");
        }
        var argv = new ArrayList<String>();
        argv.add(command);
        for (Object word : list(name, parts.getOrDefault("args", List.of()))) {
            argv.add(String.valueOf(word));
        }
        var env = new LinkedHashMap<String, String>();
        object("env of server " + name, parts.getOrDefault("env", Map.of()))
                .forEach((key, value) -> env.put(key, String.valueOf(value)));
        return new McpServerSpec(
                name,
                List.copyOf(argv),
                env,
                Optional.ofNullable(parts.get("cwd")).map(String::valueOf),
                timeout(name, parts));
    }

    /** Whatever has an address would be called from this machine, past the sandbox's walls. */
    private static void requireStdio(String name, Map<String, Object> parts) {
        Object type =
                parts.getOrDefault("type", parts.getOrDefault("transport", parts.containsKey("url") ? "sse" : "stdio"));
        if (!type.equals("stdio")) {
            throw wrong(
                    name,
                    "type '" + type + "' would be called from outside the sandbox; only stdio is started inside:"
                            + " give it a 'command', or call it by a Tool of your own");
        }
        for (String other : List.of("url", "headers", "sse_read_timeout")) {
            if (parts.containsKey(other)) {
                throw wrong(name, "'" + other + "' is for servers that have an address; this one is started inside");
            }
        }
    }

    private static Optional<Duration> timeout(String name, Map<String, Object> parts) {
        Object said = parts.get("timeout");
        if (said == null) {
            return Optional.empty();
        }
        if (!(said instanceof Number number) || !(number.doubleValue() > 0 && number.doubleValue() <= 28_800)) {
            throw wrong(name, "'timeout' must be a number of seconds, at most 28800");
        }
        return Optional.of(Duration.ofNanos((long) (number.doubleValue() * 1e9)));
    }

    @SuppressWarnings("unchecked") // Settings.copy has made every map's keys texts
    private static Map<String, Object> object(String what, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new SandboxError("mcp_config: " + what + " must be an object");
        }
        return (Map<String, Object>) map;
    }

    private static List<?> list(String name, Object value) {
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "'args' must be a list");
        }
        return list;
    }

    private static SandboxError wrong(String name, String what) {
        return new SandboxError("mcp_config: server " + name + ": " + what);
    }

    /** The program alone: arguments and environment may have secrets. */
    @Override
    public String toString() {
        return "McpServerSpec[" + name + ", " + argv.getFirst() + "]";
    }
}
