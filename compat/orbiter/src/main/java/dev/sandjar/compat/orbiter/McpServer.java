package dev.sandjar.compat.orbiter;

import dev.sandjar.CommandSpec;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server of {@code mcp_config}, in its sandbox. It is started when the sandbox is, and again by the next call after it ended: by itself, or because a
 * call reached its limit. Then it is ended with all that it had started, for nobody knows what it is at.
 */
final class McpServer implements AutoCloseable {
    private static final String RUNS = "running";
    private static final int MOST_TOOLS = 1_000;
    private static final Duration LONGEST = Duration.ofHours(8); // the client's own limit; ours strikes first

    private final McpServerSpec spec;
    private final Sandbox sandbox;
    private final String cwd;
    private volatile @Nullable Connection connection; // written under this
    private volatile boolean closed;
    private volatile String state = "not started";

    private record Connection(CommandTransport transport, McpAsyncClient client, List<McpSchema.Tool> tools) {}

    McpServer(McpServerSpec spec, Sandbox sandbox, String cwd) {
        this.spec = spec;
        this.sandbox = sandbox;
        this.cwd = spec.cwd().orElse(cwd);
    }

    String name() {
        return spec.name();
    }

    /** {@code running}, or why it is not. */
    String state() {
        Connection now = connection;
        return now != null && now.transport().isOver() && state.equals(RUNS)
                ? "failed: it has ended; the next call starts it anew"
                : state;
    }

    /** What it offers, as it said when it was started; nothing while it is not. */
    List<ToolInfo> tools() {
        Connection now = connection;
        return now == null
                ? List.of()
                : now.tools().stream()
                        .map(tool -> new ToolInfo(
                                spec.name() + McpServerSpec.SEPARATOR + tool.name(),
                                tool.description() == null ? "" : tool.description(),
                                tool.inputSchema() == null ? Map.of() : tool.inputSchema()))
                        .toList();
    }

    /** Starts it, if it does not run. */
    void start(Duration limit) throws InterruptedException {
        connected(shorter(limit));
    }

    /**
     * Calls a tool.
     *
     * @return {@code server}, {@code text} (all its texts, joined by line ends), {@code content} (as MCP has it), and {@code structured_content} where there is some
     * @throws ToolException also when the tool says itself that it failed
     */
    Map<String, Object> call(String tool, Map<String, Object> arguments, Duration limit) throws InterruptedException {
        Duration shorter = shorter(limit);
        Connection now = connected(shorter);
        if (now.tools().stream().noneMatch(one -> one.name().equals(tool))) {
            throw new ToolException("MCP server " + spec.name() + " has no tool '" + tool + "', it has: "
                    + now.tools().stream().map(McpSchema.Tool::name).collect(Collectors.joining(", ")));
        }
        var request =
                McpSchema.CallToolRequest.builder(tool).arguments(arguments).build();
        try {
            return answer(tool, now.transport().await(now.client().callTool(request), shorter, tool));
        } catch (CommandTransport.Late late) {
            String message = late.getMessage() + "; it was ended, and the next call starts it anew";
            drop(now, message);
            throw new ToolException(message, late);
        }
    }

    private Duration shorter(Duration limit) {
        return spec.timeout().filter(own -> own.compareTo(limit) < 0).orElse(limit);
    }

    private synchronized Connection connected(Duration limit) throws InterruptedException {
        Connection now = connection;
        requireOpen();
        if (now != null && !now.transport().isOver()) {
            return now;
        }
        try {
            now = connect(limit);
            connection = now;
            requireOpen();
            state = RUNS;
            return now;
        } catch (ToolException e) {
            state = "failed: " + e.getMessage();
            throw e;
        }
    }

    private void requireOpen() {
        if (closed) {
            close();
            throw new ToolException("MCP server " + spec.name() + " was stopped with its sandbox");
        }
    }

    private Connection connect(Duration limit) throws InterruptedException {
        CommandTransport transport = transport();
        try {
            McpAsyncClient client = McpClient.async(transport)
                    .clientInfo(McpSchema.Implementation.builder("sandjar", "1").build())
                    .requestTimeout(LONGEST)
                    .initializationTimeout(LONGEST)
                    .build();
            transport.await(client.initialize(), limit, "initialize");
            return new Connection(transport, client, listed(transport, client, limit));
        } catch (CommandTransport.Late late) {
            transport.close();
            throw new ToolException(late.getMessage() + "; it was ended", late);
        } catch (RuntimeException | InterruptedException e) {
            transport.close();
            throw e;
        }
    }

    private CommandTransport transport() {
        try {
            return new CommandTransport(
                    spec.name(),
                    sandbox.start(CommandSpec.builder(spec.argv())
                            .env(spec.env())
                            .cwd(cwd)
                            .stdin(true)
                            .build()));
        } catch (SandboxException e) {
            throw new ToolException("MCP server " + spec.name() + " could not be started: " + e.getMessage(), e);
        }
    }

    private List<McpSchema.Tool> listed(CommandTransport transport, McpAsyncClient client, Duration limit)
            throws InterruptedException {
        if (client.getServerCapabilities().tools() == null) {
            return List.of();
        }
        var all = new ArrayList<McpSchema.Tool>();
        String cursor = McpSchema.FIRST_PAGE;
        do {
            McpSchema.ListToolsResult page = transport.await(client.listTools(cursor), limit, "tools/list");
            all.addAll(page.tools());
            cursor = page.nextCursor();
        } while (cursor != null && !cursor.isEmpty() && all.size() < MOST_TOOLS);
        return List.copyOf(all.subList(0, Math.min(all.size(), MOST_TOOLS)));
    }

    private Map<String, Object> answer(String tool, McpSchema.CallToolResult result) {
        String text = result.content().stream()
                .filter(McpSchema.TextContent.class::isInstance)
                .map(one -> ((McpSchema.TextContent) one).text())
                .collect(Collectors.joining("\n"));
        if (Boolean.TRUE.equals(result.isError())) {
            throw new ToolException("MCP tool '" + tool + "' of " + spec.name() + " failed: " + text);
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("server", spec.name());
        answer.put("text", text);
        answer.put(
                "content",
                McpJsonDefaults.getMapper()
                        .convertValue(result.content(), new TypeRef<List<Map<String, Object>>>() {}));
        if (result.structuredContent() != null) {
            answer.put("structured_content", result.structuredContent());
        }
        return answer;
    }

    private synchronized void drop(Connection one, String why) {
        one.transport().close();
        state = "failed: " + why;
    }

    /** Does not wait for a start that is under way, which ends by itself then. */
    @Override
    public void close() {
        closed = true;
        state = "stopped";
        Connection now = connection;
        if (now != null) {
            now.transport().close();
        }
    }
}
