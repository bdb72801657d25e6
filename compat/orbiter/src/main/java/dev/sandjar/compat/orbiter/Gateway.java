package dev.sandjar.compat.orbiter;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import io.modelcontextprotocol.json.McpJsonDefaults;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What listens behind a sandbox's service: a small HTTP server, inside the sandbox, that hands MCP on to the servers of {@code mcp_config}, each at a path of its own name.
 * It is a Python program, because images of sandboxes have that; one without it has no gateway, and says so. Code inside may kill it: then it
 * is started anew.
 */
final class Gateway implements AutoCloseable {
    /** Where it listens in the sandbox. */
    static final int PORT = 8080;

    private static final int REMEMBERED = 4_096; // characters
    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
    private static final String LISTENS = "listening";
    private static final int NO_PROGRAM = 127;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(200); // the first between two starts, and up to
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Sandbox sandbox;
    private final List<McpServerSpec> servers;
    private final String home;
    private final Duration timeout;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String state = "";

    private Gateway(Sandbox sandbox, List<McpServerSpec> servers, String home, Duration timeout) {
        this.sandbox = sandbox;
        this.servers = servers;
        this.home = home;
        this.timeout = timeout;
    }

    /**
     * Starts it, and returns when it listens, or when it is clear that nothing will.
     *
     * @param home where servers begin that name no folder
     * @param timeout of servers that name none
     * @throws SandboxError there is Python, and it does not come up
     */
    static Gateway start(Sandbox sandbox, List<McpServerSpec> servers, String home, Duration timeout)
            throws InterruptedException {
        var gateway = new Gateway(sandbox, servers, home, timeout);
        if (sandbox.run("python3", "-c", "").exitCode() == NO_PROGRAM) {
            gateway.state = "none: the image has no python3, which the gateway is written in";
            return gateway;
        }
        RunningCommand first = gateway.started();
        Thread.ofVirtual().name("gateway").start(() -> gateway.keepUp(first));
        return gateway;
    }

    /** In words, what listens, or why nothing does. */
    String state() {
        return state;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    /** Until the sandbox is gone, or nobody wants it any more. */
    private void keepUp(RunningCommand first) {
        RunningCommand now = first;
        Duration pause = PAUSE;
        try {
            while (true) {
                now.await();
                now.close();
                state = "not listening: it has ended, and is started anew";
                if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                now = started();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SandboxError | SandboxException e) {
            state = "not listening: " + e.getMessage();
            if (closed.getCount() > 0) {
                LOG.log(WARNING, "the gateway of a sandbox is gone", e);
            }
        }
    }

    private RunningCommand started() throws InterruptedException {
        RunningCommand command = sandbox.start(CommandSpec.builder(List.of("python3", "-I", "-c", program()))
                .cwd(home)
                .stdin(true)
                .retention(CommandSpec.Retention.LATEST)
                .build());
        var said = new CompletableFuture<String>();
        Thread.ofVirtual().name("gateway-words").start(() -> read(command, said));
        try {
            tell(command);
            String first = said.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            if (!first.startsWith(LISTENS)) {
                throw new SandboxError("the gateway did not come up: " + first);
            }
            state = "listening on port " + PORT;
            return command;
        } catch (TimeoutException e) {
            end(command);
            throw new SandboxError("the gateway did not come up within " + PATIENCE.toSeconds() + " seconds", e);
        } catch (IOException | ExecutionException | SandboxException e) {
            end(command);
            throw new SandboxError("the gateway did not come up: " + e.getMessage(), e);
        }
    }

    /** Whoever reads from it is done then. */
    private static void end(RunningCommand command) {
        try {
            command.kill();
        } catch (SandboxException gone) {
            LOG.log(DEBUG, "a gateway that did not come up is gone", gone);
        } finally {
            command.close();
        }
    }

    /** By its standard input: environments may have secrets, which are not for a file or a command line. */
    private void tell(RunningCommand command) throws IOException {
        var all = new LinkedHashMap<String, Object>();
        for (McpServerSpec server : servers) {
            all.put(
                    server.name(),
                    Map.of(
                            "argv",
                            server.argv(),
                            "env",
                            server.env(),
                            "cwd",
                            server.cwd().orElse(home),
                            "timeout",
                            Settings.seconds(server.timeout().orElse(timeout))));
        }
        try (OutputStream stdin = command.stdin()) {
            stdin.write(McpJsonDefaults.getMapper().writeValueAsBytes(Map.of("port", PORT, "servers", all)));
        }
    }

    /** Its first line; what comes later is for nobody, and the journal forgets it. */
    private static void read(RunningCommand command, CompletableFuture<String> first) {
        var said = new StringBuilder();
        try {
            for (Iterator<Output> output = command.output(); output.hasNext(); ) {
                if (output.next() instanceof Output.Chunk chunk) {
                    said.append(StandardCharsets.UTF_8.decode(chunk.bytes()));
                    said.delete(0, Math.max(0, said.length() - REMEMBERED));
                    if (said.indexOf(LISTENS) >= 0) {
                        first.complete(LISTENS);
                        return;
                    }
                }
            }
            first.complete(said.toString().strip());
        } catch (SandboxException e) {
            first.completeExceptionally(e);
        }
    }

    private static String program() {
        try (InputStream file = Gateway.class.getResourceAsStream("gateway.py")) {
            if (file == null) {
                throw new IOException("gateway.py is not on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw SandboxException.internal("reading the gateway", e);
        }
    }
}
