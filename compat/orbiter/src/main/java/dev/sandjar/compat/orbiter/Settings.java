package dev.sandjar.compat.orbiter;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * All that a sandbox was asked to be.
 *
 * @param environment this process's own, read when the sandbox is described
 */
record Settings(
        Optional<String> sandboxId,
        List<String> workspace,
        Map<String, Object> mcpConfig,
        Map<String, Object> agents,
        Optional<Duration> timeout,
        Optional<String> namespace,
        Optional<String> image,
        OptionalDouble cpu,
        OptionalLong memory,
        Map<String, String> env,
        List<Tool> tools,
        Map<String, String> placeOptions,
        Map<String, String> environment) {
    /** Where code inside finds what it was told of agents. */
    static final String AGENTS_FILE = "/tmp/orbiter/agents.json";

    private static final Duration LONGEST = Duration.ofHours(8); // of a command

    Settings {
        workspace = List.copyOf(workspace);
        mcpConfig = copy(mcpConfig);
        agents = copy(agents);
        env = Map.copyOf(env);
        tools = List.copyOf(tools);
        placeOptions = Map.copyOf(placeOptions);
        timeout.ifPresent(limit -> {
            if (!limit.isPositive() || limit.compareTo(LONGEST) > 0) {
                throw SandboxException.invalid("timeout", seconds(limit), "more than 0, at most 28800 seconds");
            }
        });
    }

    /** It lives as long as it may, and is renewed while it is used. */
    SandboxSpec.Builder spec() {
        var all = new LinkedHashMap<>(env);
        if (!agents.isEmpty()) {
            all.putIfAbsent("ORBITER_AGENTS", AGENTS_FILE);
        }
        var spec = SandboxSpec.builder().ttl(SandboxSpec.LONGEST_TTL).env(all);
        cpu.ifPresent(spec::cpu);
        memory.ifPresent(spec::memory);
        return spec;
    }

    /** As Python says it. */
    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** All the way down, so that nobody changes it later; JSON has nulls. */
    static Map<String, Object> copy(Map<String, Object> all) {
        var copy = new LinkedHashMap<String, Object>();
        all.forEach((name, value) -> copy.put(name, copyOf(value)));
        return copy;
    }

    private static Object copyOf(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((name, one) -> copy.put(String.valueOf(name), copyOf(one)));
                yield copy;
            }
            case List<?> list -> list.stream().map(Settings::copyOf).toList();
            default -> value;
        };
    }

    /** Names only: values may be secrets. */
    @Override
    public String toString() {
        return "Settings[sandboxId=" + sandboxId.orElse("") + ", workspace=" + workspace + ", env=" + env.keySet()
                + "]";
    }
}
