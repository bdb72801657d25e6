package dev.sandjar.compat.orbiter;

import dev.sandjar.Sandbox;
import java.time.Duration;
import java.util.List;

/**
 * Where a tool is called.
 *
 * @param sandbox the sandbox itself: its commands, files and ports
 * @param workspace absolute paths of its workspace directories; none means that files may be anywhere in the sandbox
 * @param home where commands begin, and relative paths: the first workspace directory
 * @param limit how long the call may take
 */
public record ToolContext(Sandbox sandbox, List<String> workspace, String home, Duration limit) {
    /** Copies. */
    public ToolContext {
        workspace = List.copyOf(workspace);
    }
}
