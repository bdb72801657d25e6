package dev.sandjar.server.door.preview;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that may pass, and where it goes.
 *
 * @param owner in whose share it is counted
 * @param target what the program is asked for: path and query, as the client sent them
 * @param prefix what the path began with outside; empty by host name
 * @param passesCredentials whether {@code Authorization} is for the program: a cookie of ours let it in, and that header would not have
 */
record Visit(Sandbox sandbox, String owner, int port, String target, String prefix, boolean passesCredentials) {
    boolean byPath() {
        return !prefix.isEmpty();
    }

    /** Path and query as they were sent, of which neither side can make more than that. */
    static String target(@Nullable String path, @Nullable String query) {
        String target = Objects.requireNonNullElse(path, "/") + (query == null ? "" : "?" + query);
        if (!target.startsWith("/") || !target.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw SandboxException.invalid(
                    "path", "something else", "a path and a query in printable ASCII, other bytes escaped by %");
        }
        return target;
    }
}
