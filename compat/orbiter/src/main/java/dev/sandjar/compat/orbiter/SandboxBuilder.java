package dev.sandjar.compat.orbiter;

import dev.sandjar.SandboxException;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a sandbox shall be. {@link #build} makes it once; nothing exists on a machine or a cluster before it is started.
 *
 * @param <S> its kind
 */
public final class SandboxBuilder<S extends OrbiterSandbox> {
    private Class<S> type;
    private Draft draft = new Draft();
    private @Nullable S built;

    private static final class Draft {
        Optional<String> sandboxId = Optional.empty();
        final List<String> workspace = new ArrayList<>();
        Map<String, Object> mcpConfig = Map.of();
        Map<String, Object> agents = Map.of();
        Optional<Duration> timeout = Optional.empty();
        Optional<String> namespace = Optional.empty();
        Optional<String> image = Optional.empty();
        OptionalDouble cpu = OptionalDouble.empty();
        OptionalLong memory = OptionalLong.empty();
        final Map<String, String> env = new LinkedHashMap<>();
        final List<Tool> tools = new ArrayList<>();
        final Map<String, String> placeOptions = new LinkedHashMap<>();
        Map<String, String> environment = System.getenv();
    }

    SandboxBuilder(Class<S> type) {
        this.type = type;
    }

    /**
     * Starts with a sandbox on this machine.
     *
     * @return an empty builder; {@link #withSandboxClass} chooses another kind
     */
    public static SandboxBuilder<LocalSandbox> create() {
        return new SandboxBuilder<>(LocalSandbox.class);
    }

    /**
     * Gives it a name of its own.
     *
     * @param id small letters, digits and {@code -}, 51 at most; 12 hexadecimal digits by default
     * @return this
     */
    public SandboxBuilder<S> withSandboxId(String id) {
        draft.sandboxId = Optional.of(id);
        return this;
    }

    /**
     * Sets its workspace directories. They are made when it starts; the {@code filesystem} tool stays in them.
     *
     * @param directories absolute, or below {@code /workspace}; none: files may be anywhere in the sandbox
     * @return this
     */
    public SandboxBuilder<S> withWorkspace(List<String> directories) {
        draft.workspace.clear();
        draft.workspace.addAll(directories);
        return this;
    }

    /**
     * Sets where commands and relative paths begin: one more workspace directory, before the others.
     *
     * @param directory as for {@link #withWorkspace}
     * @return this
     */
    public SandboxBuilder<S> withWorkDir(String directory) {
        draft.workspace.remove(directory);
        draft.workspace.addFirst(directory);
        return this;
    }

    /**
     * Sets the MCP servers that are started inside.
     *
     * @param config {@code {"mcpServers": {name: {"command", "args", "env", "cwd", "timeout", "disabled"}}}}; copied
     * @return this
     */
    public SandboxBuilder<S> withMcpConfig(Map<String, Object> config) {
        draft.mcpConfig = config;
        return this;
    }

    /**
     * Sets what code inside is told of agents: a JSON file, whose path is in its environment as {@code ORBITER_AGENTS}.
     *
     * @param agents anything that is JSON; copied
     * @return this
     */
    public SandboxBuilder<S> withAgents(Map<String, Object> agents) {
        draft.agents = agents;
        return this;
    }

    /**
     * Sets how long starting it may take, and each call of a tool.
     *
     * @param timeout up to 8 hours; 30 seconds here, 60 on a cluster by default
     * @return this
     */
    public SandboxBuilder<S> withTimeout(Duration timeout) {
        draft.timeout = Optional.of(timeout);
        return this;
    }

    /**
     * Sets the namespace of a sandbox on a cluster.
     *
     * @param namespace a name; else {@code ORBITER_K8S_NAMESPACE}, else {@code default}
     * @return this
     */
    public SandboxBuilder<S> withNamespace(String namespace) {
        draft.namespace = Optional.of(namespace);
        return this;
    }

    /**
     * Sets its image.
     *
     * @param image a reference; on a cluster else {@code ORBITER_K8S_IMAGE}, else {@code python:3.11-slim}; here else {@code host}
     * @return this
     */
    public SandboxBuilder<S> withImage(String image) {
        draft.image = Optional.of(image);
        return this;
    }

    /**
     * Limits its processors.
     *
     * @param quantity as Kubernetes writes it: {@code 500m}, {@code 2}
     * @return this
     */
    public SandboxBuilder<S> withCpu(String quantity) {
        draft.cpu = OptionalDouble.of(amount("cpu", quantity, "a quantity such as 500m or 2"));
        return this;
    }

    /**
     * Limits its memory.
     *
     * @param quantity as Kubernetes writes it: {@code 512Mi}, {@code 2G}
     * @return this
     */
    public SandboxBuilder<S> withMemory(String quantity) {
        draft.memory = OptionalLong.of((long) amount("memory", quantity, "a quantity such as 512Mi or 2G"));
        return this;
    }

    private static double amount(String what, String quantity, String allowed) {
        try {
            return Quantity.getAmountInBytes(new Quantity(quantity)).doubleValue();
        } catch (IllegalArgumentException e) {
            throw SandboxException.invalid(what, quantity, allowed);
        }
    }

    /**
     * Adds to its environment.
     *
     * @param env names and values, for every command in it
     * @return this
     */
    public SandboxBuilder<S> withEnv(Map<String, String> env) {
        draft.env.putAll(env);
        return this;
    }

    /**
     * Adds tools, beside {@code filesystem} and {@code terminal}. One of these names takes their place.
     *
     * @param tools each of another name
     * @return this
     */
    public SandboxBuilder<S> withTools(Tool... tools) {
        draft.tools.addAll(List.of(tools));
        return this;
    }

    /**
     * Sets options of the place where it is made, as {@code Sandboxes.open} takes them: {@code runtime-class}, {@code pull-secrets}, {@code egress}, {@code home}.
     *
     * @param options names to values
     * @return this
     */
    public SandboxBuilder<S> withPlaceOptions(Map<String, String> options) {
        draft.placeOptions.putAll(options);
        return this;
    }

    /**
     * Sets a part by its name, as one read from a file.
     *
     * @param name {@code namespace}, {@code image}, {@code cpu}, {@code memory}, {@code work_dir} or {@code working_dir}
     * @param value its value
     * @return this
     * @throws SandboxError for another name
     */
    public SandboxBuilder<S> withExtra(String name, String value) {
        return switch (name) {
            case "namespace" -> withNamespace(value);
            case "image" -> withImage(value);
            case "cpu" -> withCpu(value);
            case "memory" -> withMemory(value);
            case "work_dir", "working_dir" -> withWorkDir(value);
            default ->
                throw new SandboxError(
                        "Unknown argument '" + name + "', known: namespace, image, cpu, memory, work_dir, working_dir");
        };
    }

    /**
     * Chooses its kind. What was set before stays.
     *
     * @param kind {@link LocalSandbox} or {@link KubernetesSandbox}
     * @param <T> that kind
     * @return this, of that kind
     * @throws SandboxError once it is built
     */
    @SuppressWarnings("unchecked") // nothing of the old kind is kept
    public <T extends OrbiterSandbox> SandboxBuilder<T> withSandboxClass(Class<T> kind) {
        if (built != null) {
            throw new SandboxError("The sandbox is built already: reset() the builder first");
        }
        var self = (SandboxBuilder<T>) this;
        self.type = kind;
        return self;
    }

    /**
     * Chooses its kind by a word.
     *
     * @param kind {@code local} or {@code kubernetes}
     * @return this, of that kind
     * @throws SandboxError for another word
     */
    public SandboxBuilder<? extends OrbiterSandbox> withType(String kind) {
        return switch (kind) {
            case "local" -> withSandboxClass(LocalSandbox.class);
            case "kubernetes" -> withSandboxClass(KubernetesSandbox.class);
            default -> throw new SandboxError("Unknown type '" + kind + "', known: local, kubernetes");
        };
    }

    /** For tests: another environment than this process's own. */
    SandboxBuilder<S> withEnvironment(Map<String, String> environment) {
        draft.environment = environment;
        return this;
    }

    /**
     * Makes the sandbox, not started yet. A second call returns the same one.
     *
     * @return the sandbox
     * @throws SandboxException {@code INVALID_ARGUMENT} for a value out of its range
     * @throws SandboxError for what does not fit together
     */
    public S build() {
        S sandbox = built;
        if (sandbox == null) {
            Settings settings = settings();
            sandbox = type.cast(
                    type == KubernetesSandbox.class ? new KubernetesSandbox(settings) : new LocalSandbox(settings));
            built = sandbox;
        }
        return sandbox;
    }

    /**
     * Makes the sandbox and starts it: for {@code try (var sandbox = builder.start())}.
     *
     * @return the sandbox, running
     * @throws SandboxError as {@link OrbiterSandbox#start}
     * @throws InterruptedException nothing is left
     */
    public S start() throws InterruptedException {
        S sandbox = build();
        sandbox.start();
        return sandbox;
    }

    /**
     * Forgets all, also a sandbox that was built, which goes on.
     *
     * @return this, empty
     */
    public SandboxBuilder<S> reset() {
        draft = new Draft();
        built = null;
        return this;
    }

    private Settings settings() {
        return new Settings(
                draft.sandboxId,
                draft.workspace,
                draft.mcpConfig,
                draft.agents,
                draft.timeout,
                draft.namespace,
                draft.image,
                draft.cpu,
                draft.memory,
                draft.env,
                draft.tools,
                draft.placeOptions,
                draft.environment);
    }

    @Override
    public String toString() {
        return "SandboxBuilder(" + type.getSimpleName() + ", " + (built == null ? "pending" : "built") + ")";
    }
}
