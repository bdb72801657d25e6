package dev.sandjar.compat.orbiter;

import dev.sandjar.SandboxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What can be called in a sandbox, and how a call is kept within its time. */
final class Toolbox {
    private static final Duration GRACE = Duration.ofMillis(500); // for a tool to say itself that its time is over

    private final Map<String, Tool> tools = new ConcurrentSkipListMap<>();
    private final Duration timeout;

    /** With the built-in ones, but for those whose names others take. */
    Toolbox(List<Tool> own, Duration timeout) {
        this.timeout = timeout;
        tools.put("filesystem", new FilesystemTool());
        tools.put("terminal", new TerminalTool());
        var given = new HashSet<String>();
        for (Tool tool : own) {
            if (!given.add(tool.name())) {
                throw new SandboxError("Tool '" + tool.name() + "' was given twice");
            }
            tools.put(tool.name(), tool);
        }
    }

    void register(Tool tool) {
        if (tools.putIfAbsent(tool.name(), tool) != null) {
            throw new SandboxError("Tool '" + tool.name() + "' is registered already: unregister it first");
        }
    }

    boolean unregister(String name) {
        return tools.remove(name) != null;
    }

    /** By name, then those of the servers that run. */
    List<ToolInfo> infos(Optional<Running> running) {
        var all = new ArrayList<>(tools.values().stream().map(ToolInfo::of).toList());
        running.ifPresent(now -> now.servers().forEach(server -> all.addAll(server.tools())));
        return List.copyOf(all);
    }

    /**
     * Calls one, on a thread of its own, which is interrupted when time is over: commands are killed then.
     *
     * @return the tool's own entries of the result
     */
    Map<String, Object> call(Running running, String name, Map<String, Object> arguments) throws InterruptedException {
        var task = new FutureTask<>(() -> found(running, name, arguments));
        Thread.ofVirtual().name("tool-" + name).start(task);
        try {
            return task.get(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SandboxError("Tool '" + name + "' timed out after " + Settings.seconds(timeout) + "s", e);
        } catch (ExecutionException e) {
            throw failure(name, e.getCause() == null ? e : e.getCause());
        } finally {
            task.cancel(true);
        }
    }

    private Map<String, Object> found(Running running, String name, Map<String, Object> arguments)
            throws InterruptedException {
        running.renew();
        Tool tool = tools.get(name);
        if (tool != null) {
            return tool.run(
                    arguments, new ToolContext(running.sandbox(), running.workspace(), running.home(), timeout));
        }
        int between = Math.max(0, name.indexOf(McpServerSpec.SEPARATOR));
        for (McpServer server : running.servers()) {
            if (server.name().equals(name.substring(0, between))) {
                return server.call(name.substring(between + McpServerSpec.SEPARATOR.length()), arguments, timeout);
            }
        }
        throw new SandboxError("Unknown tool '" + name + "', known: "
                + String.join(
                        ", ",
                        infos(Optional.of(running)).stream().map(ToolInfo::name).toList()));
    }

    private static SandboxError failure(String name, Throwable cause) {
        return switch (cause) {
            case SandboxError ours -> ours;
            case SandboxException e -> new ToolException("Tool '" + name + "' failed: " + e.getMessage(), e);
            default -> new ToolException("Tool '" + name + "' failed: " + cause, cause);
        };
    }
}
