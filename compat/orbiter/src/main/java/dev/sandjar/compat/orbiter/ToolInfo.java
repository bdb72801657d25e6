package dev.sandjar.compat.orbiter;

import java.util.Map;

/**
 * A tool as a model is told of it.
 *
 * @param name what it is called by
 * @param description what it is good for; may be empty for a tool of an MCP server
 * @param parameters a JSON schema
 */
public record ToolInfo(String name, String description, Map<String, Object> parameters) {
    static ToolInfo of(Tool tool) {
        return new ToolInfo(tool.name(), tool.description(), tool.parameters());
    }
}
