package dev.sandjar.compat.orbiter;

import java.util.List;
import java.util.Map;

/** A sandbox with an MCP server in it, as an agent uses it. With the word {@code kubernetes} on the cluster of KUBECONFIG, else on this machine. */
public final class Example {
    private static final String SERVER = """
            import json, sys
            for line in sys.stdin:
                question = json.loads(line)
                if "id" not in question:
                    continue
                if question["method"] == "initialize":
                    result = {"protocolVersion": question["params"]["protocolVersion"], "capabilities": {"tools": {}},
                              "serverInfo": {"name": "words", "version": "1"}}
                elif question["method"] == "tools/list":
                    result = {"tools": [{"name": "count", "inputSchema": {"type": "object"}}]}
                else:
                    text = question["params"]["arguments"]["text"]
                    result = {"content": [{"type": "text", "text": str(len(text.split()))}]}
                print(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": result}), flush=True)
            """;

    private Example() {}

    /** Prints what the tools answer. */
    public static void main(String... words) throws InterruptedException {
        run(SandboxBuilder.create().withType(words.length == 0 ? "local" : words[0]));
    }

    static void run(SandboxBuilder<? extends OrbiterSandbox> builder) throws InterruptedException {
        builder.withWorkspace(List.of("src"))
                .withMcpConfig(Map.of(
                        "mcpServers", Map.of("words", Map.of("command", "python3", "args", List.of("-c", SERVER)))));
        // region readme
        try (var sandbox = builder.start()) {
            sandbox.runTool("filesystem", Map.of("action", "write", "path", "a.py", "content", "print(40 + 2)"));
            System.out.println(sandbox.runTool("terminal", Map.of("command", "python3 a.py"))
                    .get("stdout"));
            System.out.println(sandbox.runTool("words__count", Map.of("text", "to be or not"))
                    .get("text"));
            System.out.println(sandbox.describe().keySet());
        } // the sandbox and all in it is gone here
        // endregion
    }
}
