package dev.sandjar.compat.orbiter;

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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What listens behind a sandbox's service: a small HTTP server, inside the sandbox, that hands MCP on to the servers of {@code mcp_config}, each at a path of its own name.
 * It is a Python program, because images of sandboxes have that; one without it has no gateway, and says so.
 */
final class Gateway {
    /** Where it listens in the sandbox. */
    static final int PORT = 8080;

    private static final String LISTENS = "listening";
    private static final int NO_PROGRAM = 127;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Gateway() {}

    /**
     * Starts it, and returns when it listens.
     *
     * @return in words, what listens, or why nothing does
     * @throws SandboxError it has Python, and does not come up
     */
    static String start(Sandbox sandbox, List<McpServerSpec> servers, String home, Duration timeout)
            throws InterruptedException {
        if (sandbox.run("python3", "-c", "").exitCode() == NO_PROGRAM) {
            return "none: the image has no python3, which the gateway is written in";
        }
        RunningCommand command = sandbox.start(CommandSpec.builder(List.of("python3", "-c", program()))
                .cwd(home)
                .stdin(true)
                .retention(CommandSpec.Retention.LATEST)
                .build());
        var said = new CompletableFuture<String>();
        Thread.ofVirtual().name("gateway").start(() -> read(command, said));
        try {
            tell(command, servers, home, timeout);
            String first = said.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            if (!first.startsWith(LISTENS)) {
                throw new SandboxError("the gateway did not come up: " + first);
            }
            return "listening on port " + PORT;
        } catch (TimeoutException e) {
            throw new SandboxError("the gateway did not come up within " + PATIENCE.toSeconds() + " seconds", e);
        } catch (IOException | ExecutionException | SandboxException e) {
            throw new SandboxError("the gateway did not come up: " + e.getMessage(), e);
        }
    }

    /** By its standard input: environments may have secrets, which are not for a file or a command line. */
    private static void tell(RunningCommand command, List<McpServerSpec> servers, String home, Duration timeout)
            throws IOException {
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
        try (command) {
            for (Iterator<Output> output = command.output(); output.hasNext(); ) {
                if (output.next() instanceof Output.Chunk chunk) {
                    said.append(StandardCharsets.UTF_8.decode(chunk.bytes().duplicate()));
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
