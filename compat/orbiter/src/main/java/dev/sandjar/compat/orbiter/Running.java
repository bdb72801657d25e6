package dev.sandjar.compat.orbiter;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import io.modelcontextprotocol.json.McpJsonDefaults;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What is there of a sandbox between its start and its stop: the place that it was made in, itself, and what was started in it. */
final class Running implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Running.class.getName());
    private static final Duration RENEWAL = Duration.ofMinutes(10); // much less than it lives without

    private final Sandboxes place;
    private final AtomicLong renewedAt = new AtomicLong(System.nanoTime());
    private volatile @Nullable Sandbox sandbox;
    private volatile List<McpServer> servers = List.of();
    private volatile List<String> workspace = List.of();
    private volatile String home = "/";

    Running(Sandboxes place) {
        this.place = place;
    }

    void create(SandboxSpec spec, List<McpServerSpec> specs, Settings settings, Duration limit)
            throws InterruptedException {
        Sandbox made = place.create(spec);
        sandbox = made;
        String base = made.info().workspace();
        workspace = settings.workspace().stream()
                .map(folder -> folder.startsWith("/") ? folder : base + "/" + folder)
                .toList();
        for (String folder : workspace) {
            makeFolder(made, folder);
        }
        if (!settings.agents().isEmpty()) {
            made.files().write(Settings.AGENTS_FILE, json(settings));
        }
        home = workspace.isEmpty() ? base : workspace.getFirst();
        servers = specs.stream().map(one -> new McpServer(one, made, home)).toList();
        startAll(limit);
    }

    /** By a command, whose user's umask and links count, and whose message says what is in the way. */
    private static void makeFolder(Sandbox sandbox, String folder) throws InterruptedException {
        CommandResult result = sandbox.run(
                CommandSpec.builder(List.of("mkdir", "-p", folder)).cwd("/").build());
        if (result.exitCode() != 0) {
            throw new SandboxError("workspace directory " + folder + " cannot be made: "
                    + result.stderr().strip() + "; directories below /workspace, /tmp and the home folder can");
        }
    }

    private static byte[] json(Settings settings) {
        try {
            return McpJsonDefaults.getMapper().writeValueAsBytes(settings.agents());
        } catch (IOException e) {
            throw new SandboxError("agents is no JSON: " + e.getMessage(), e);
        }
    }

    /** At once; one that does not come up is tried again by the first call of its tools. */
    private void startAll(Duration limit) throws InterruptedException {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<@Nullable Void>> all = servers.stream()
                    .map(server -> tasks.<@Nullable Void>submit(() -> {
                        server.start(limit);
                        return null;
                    }))
                    .toList();
            try {
                for (Future<?> one : all) {
                    awaitOne(one);
                }
            } catch (InterruptedException | RuntimeException e) {
                tasks.shutdownNow();
                throw e;
            }
        }
    }

    private static void awaitOne(Future<?> one) throws InterruptedException {
        try {
            one.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof ToolException)) { // which its state tells
                throw e.getCause() instanceof RuntimeException mistake ? mistake : new SandboxError("MCP", e);
            }
        }
    }

    Sandbox sandbox() {
        Sandbox made = sandbox;
        if (made == null) {
            throw new IllegalStateException("not made yet");
        }
        return made;
    }

    List<McpServer> servers() {
        return servers;
    }

    List<String> workspace() {
        return workspace;
    }

    /** Where commands begin: the first workspace directory. */
    String home() {
        return home;
    }

    /** It lives on while it is used. */
    void renew() {
        long last = renewedAt.get();
        long now = System.nanoTime();
        if (now - last > RENEWAL.toNanos() && renewedAt.compareAndSet(last, now)) {
            sandbox().renew(SandboxSpec.LONGEST_TTL);
        }
    }

    @Override
    public void close() {
        servers.forEach(McpServer::close);
        try {
            Sandbox made = sandbox;
            if (made != null) {
                made.delete();
            }
        } catch (SandboxException e) {
            LOG.log(WARNING, "a sandbox could not be removed now; it ends by itself", e);
        } finally {
            place.close();
        }
    }
}
