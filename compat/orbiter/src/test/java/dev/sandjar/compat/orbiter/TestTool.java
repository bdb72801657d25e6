package dev.sandjar.compat.orbiter;

import java.util.Map;

/** A tool of a test's own. */
record TestTool(String name, Work work) implements Tool {
    interface Work {
        Map<String, Object> run(Map<String, Object> arguments, ToolContext context) throws InterruptedException;
    }

    @Override
    public String description() {
        return "what a test needs";
    }

    @Override
    public Map<String, Object> parameters() {
        return Map.of("type", "object");
    }

    @Override
    public Map<String, Object> run(Map<String, Object> arguments, ToolContext context) throws InterruptedException {
        return work.run(arguments, context);
    }
}
