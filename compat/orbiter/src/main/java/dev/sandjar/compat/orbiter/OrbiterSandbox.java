package dev.sandjar.compat.orbiter;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox as orbiter knows it: described first, then started, stopped, started again, and cleaned up in the end. While it runs, tools can be called in it,
 * by any number of threads at once.
 *
 * <p>States and messages are orbiter's own ({@link SandboxStatus}). Every method that waits has a form that does not, with a future; cancelling the future
 * interrupts the work, which then leaves nothing behind.
 *
 * <p>It is long because every method has its two forms here, and says what it returns; tools are called by {@code Toolbox}, and what runs is {@code Running}.
 */
public abstract sealed class OrbiterSandbox implements AutoCloseable permits LocalSandbox, KubernetesSandbox {
    private static final System.Logger LOG = System.getLogger(OrbiterSandbox.class.getName());

    final Settings settings;
    private final String id;
    private final Duration timeout;
    private final List<McpServerSpec> servers;
    private final Toolbox tools;

    private final Lock life = new ReentrantLock(); // held while it starts, stops or ends; guards writing of:
    private volatile SandboxStatus status = SandboxStatus.INIT;
    private volatile @Nullable Running running;

    OrbiterSandbox(Settings settings, Duration defaultTimeout) {
        this.settings = settings;
        this.id = settings.sandboxId()
                .orElseGet(() -> UUID.randomUUID().toString().replace("-", "").substring(0, 12));
        if (!id.matches("[a-z0-9]([-a-z0-9]{0,49}[a-z0-9])?")) { // what names of pods and services leave
            throw SandboxException.invalid("sandbox_id", id, "small letters, digits and -, 51 at most");
        }
        this.timeout = settings.timeout().orElse(defaultTimeout);
        this.servers = McpServerSpec.parse(settings.mcpConfig());
        this.tools = new Toolbox(settings.tools(), timeout);
    }

    // ---- what each kind does in its own way; called with the lock held

    /** Where it is made. */
    abstract Sandboxes open();

    /** What is made there. */
    abstract SandboxSpec spec();

    /** What a failure is called. */
    abstract SandboxError startFailure(Throwable cause);

    /** It runs; what else belongs to it. */
    abstract void made(Running running, List<McpServerSpec> servers) throws InterruptedException;

    /** What else belonged to it goes; also when only some of it is there. */
    abstract void unmade();

    /** What every result of a tool says of the sandbox. */
    abstract Map<String, @Nullable Object> identity();

    // ---- life

    /**
     * Makes the sandbox, its workspace directories, and starts its MCP servers. A server that does not come up fails nothing but the calls of its tools
     * ({@link #mcpServers} says why).
     *
     * @throws SandboxError from where no start is possible ({@code Cannot transition from ...}); when it cannot be made within {@link #timeout}, or at all:
     *     then nothing is left, and its state is {@code error}
     * @throws InterruptedException nothing is left, its state is {@code error}
     */
    public final void start() throws InterruptedException {
        life.lockInterruptibly();
        try {
            status.requireWayTo(SandboxStatus.RUNNING);
            running = make();
            status = SandboxStatus.RUNNING;
        } finally {
            life.unlock();
        }
    }

    private Running make() throws InterruptedException {
        Running made = null;
        try {
            made = new Running(open());
            made.create(spec(), servers, settings, timeout);
            made(made, servers);
            return made;
        } catch (InterruptedException e) {
            fail(made);
            throw e;
        } catch (RuntimeException e) {
            fail(made);
            throw startFailure(e);
        }
    }

    private void fail(@Nullable Running some) {
        status = SandboxStatus.ERROR;
        remove(some);
        running = null;
    }

    /**
     * Removes all of it but its names.
     *
     * @throws SandboxError unless it runs
     */
    public final void stop() {
        leave(SandboxStatus.IDLE);
    }

    /**
     * Removes all of it for good.
     *
     * @throws SandboxError when that was done before
     */
    public final void cleanup() {
        leave(SandboxStatus.CLOSED);
    }

    /** Cleans up, unless that was done before. */
    @Override
    public final void close() {
        life.lock();
        try {
            if (status != SandboxStatus.CLOSED) {
                cleanup();
            }
        } finally {
            life.unlock();
        }
    }

    private void leave(SandboxStatus next) {
        life.lock();
        try {
            status.requireWayTo(next);
            status = next;
            remove(running);
            running = null;
        } finally {
            life.unlock();
        }
    }

    /** Whoever it is gone for cannot do more about it: what is left ends by its lifetime, and is removed by the next who looks. */
    private void remove(@Nullable Running some) {
        boolean interrupted = Thread.interrupted(); // that is one of the things that it cleans up after
        try {
            unmade();
        } catch (RuntimeException e) {
            LOG.log(WARNING, "not all of sandbox " + id + " could be removed", e);
        }
        if (some != null) {
            some.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- tools

    /**
     * Calls a tool: {@code filesystem}, {@code terminal}, one that was registered, or {@code SERVER__TOOL} of an MCP server.
     *
     * @param name which
     * @param arguments what it takes
     * @return {@code tool}, {@code arguments}, on a cluster {@code sandbox_id}, {@code pod} and {@code cluster_ip}, {@code status} ({@code ok}), and the tool's own entries
     * @throws SandboxError unless it runs; for an unknown tool; when {@link #timeout} is over: what the tool had begun is killed then
     * @throws ToolException the tool failed
     * @throws InterruptedException what the tool had begun is killed
     */
    public final Map<String, Object> runTool(String name, Map<String, Object> arguments) throws InterruptedException {
        Running now = requireRunning();
        Map<String, Object> given = Settings.copy(arguments);
        Map<String, Object> own = called(now, name, given);
        var result = new LinkedHashMap<String, Object>();
        result.put("tool", name);
        result.put("arguments", given);
        result.putAll(identity());
        result.put("status", "ok");
        own.forEach((key, value) -> {
            if (result.putIfAbsent(key, value) != null) {
                throw new ToolException("Tool '" + name + "' returned '" + key + "', which every result has");
            }
        });
        return Collections.unmodifiableMap(result);
    }

    private Running requireRunning() {
        Running now = running;
        if (status != SandboxStatus.RUNNING || now == null) {
            throw new SandboxError("Sandbox must be running to call tools (status=" + status.word() + ")");
        }
        return now;
    }

    private Map<String, Object> called(Running now, String name, Map<String, Object> arguments)
            throws InterruptedException {
        try {
            return tools.call(now, name, arguments);
        } catch (SandboxError e) {
            if (isGone(e)) {
                lost();
                throw new SandboxError("Sandbox was lost: " + root(e).getMessage(), e);
            }
            throw e;
        }
    }

    private static boolean isGone(@Nullable Throwable cause) {
        return cause != null
                && ((cause instanceof SandboxException e
                                && (e.code() == ErrorCode.SANDBOX_LOST || e.code() == ErrorCode.SANDBOX_NOT_FOUND))
                        || isGone(cause.getCause()));
    }

    private static Throwable root(Throwable error) {
        return error instanceof SandboxException || error.getCause() == null ? error : root(error.getCause());
    }

    private void lost() {
        life.lock();
        try {
            if (status == SandboxStatus.RUNNING) {
                fail(running);
            }
        } finally {
            life.unlock();
        }
    }

    /**
     * Adds a tool.
     *
     * @param tool of a new name
     * @throws SandboxError when there is one of that name
     */
    public final void registerTool(Tool tool) {
        tools.register(tool);
    }

    /**
     * Takes a tool away, also one of the built-in ones.
     *
     * @param name which
     * @return whether there was one
     */
    public final boolean unregisterTool(String name) {
        return tools.unregister(name);
    }

    /**
     * All that can be called now: those of this process, and while it runs those of its MCP servers.
     *
     * @return by name, then by server
     */
    public final List<ToolInfo> tools() {
        return tools.infos(Optional.ofNullable(running));
    }

    /**
     * How its MCP servers are.
     *
     * @return names to {@code running}, or why one is not; {@code not started} for all while the sandbox is not
     */
    public final Map<String, String> mcpServers() {
        var states = new TreeMap<String, String>();
        servers.forEach(server -> states.put(server.name(), "not started"));
        Running now = running;
        if (now != null) {
            now.servers().forEach(server -> states.put(server.name(), server.state()));
        }
        return Collections.unmodifiableMap(states);
    }

    // ---- forms that do not wait

    /**
     * As {@link #start}.
     *
     * @return done when it runs
     */
    public final CompletableFuture<Void> startAsync() {
        return Later.run(() -> {
            start();
            return null;
        });
    }

    /**
     * As {@link #stop}.
     *
     * @return done when it is stopped
     */
    public final CompletableFuture<Void> stopAsync() {
        return Later.run(() -> {
            stop();
            return null;
        });
    }

    /**
     * As {@link #cleanup}.
     *
     * @return done when it is gone
     */
    public final CompletableFuture<Void> cleanupAsync() {
        return Later.run(() -> {
            cleanup();
            return null;
        });
    }

    /**
     * As {@link #runTool}.
     *
     * @param name which
     * @param arguments what it takes
     * @return its result
     */
    public final CompletableFuture<Map<String, Object>> runToolAsync(String name, Map<String, Object> arguments) {
        return Later.run(() -> runTool(name, arguments));
    }

    // ---- what it is

    /**
     * Its id.
     *
     * @return 12 hexadecimal digits, unless another was given
     */
    public final String sandboxId() {
        return id;
    }

    /**
     * Where it is in its life.
     *
     * @return as it is now
     */
    public final SandboxStatus status() {
        return status;
    }

    /**
     * Its workspace directories, as they were given.
     *
     * @return a copy
     */
    public final List<String> workspace() {
        return settings.workspace();
    }

    /**
     * Its MCP servers, as they were given. May have secrets.
     *
     * @return a copy
     */
    public final Map<String, Object> mcpConfig() {
        return Settings.copy(settings.mcpConfig());
    }

    /**
     * What code inside is told of agents.
     *
     * @return a copy
     */
    public final Map<String, Object> agents() {
        return Settings.copy(settings.agents());
    }

    /**
     * How long starting it may take, and each call of a tool.
     *
     * @return the limit
     */
    public final Duration timeout() {
        return timeout;
    }

    /**
     * The sandbox itself, for what no tool does: streams, ports, large files.
     *
     * @return while it runs
     * @throws SandboxError unless it runs
     */
    public final Sandbox sandbox() {
        return requireRunning().sandbox();
    }

    /**
     * What it is, in orbiter's words.
     *
     * @return {@code sandbox_id}, {@code status}, {@code workspace}, {@code timeout} (seconds)
     */
    public Map<String, @Nullable Object> describe() {
        var all = new LinkedHashMap<String, @Nullable Object>();
        all.put("sandbox_id", id);
        all.put("status", status.word());
        all.put("workspace", workspace());
        all.put("timeout", Settings.seconds(timeout));
        return all;
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "(sandbox_id='" + id + "', status='" + status.word() + "')";
    }
}
