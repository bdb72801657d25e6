package dev.sandjar.compat.sessions;

import dev.sandjar.compat.sessions.Retrying.Harmless;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Something to ask of the server.
 *
 * @param path with its query; follows the address of the API
 * @param headers besides the usual ones
 * @param harmless whether it may be repeated
 * @param whole within what time it must be done; no limit when empty
 * @param everywhere whether every server of the API has it; of others, an error says so
 */
record Call(
        String method,
        String path,
        Content content,
        Map<String, String> headers,
        Harmless harmless,
        Optional<Duration> whole,
        boolean everywhere) {
    /** Servers that keep a slow answer alive need not do so for longer. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    static Call get(String path) {
        return new Call("GET", path, Content.none(), Map.of(), Harmless.ALWAYS, Optional.of(LONGEST), true);
    }

    static Call delete(String path) {
        return new Call("DELETE", path, Content.none(), Map.of(), Harmless.ALWAYS, Optional.of(LONGEST), true);
    }

    static Call with(String method, String path, Content content) {
        Harmless harmless = content.again() ? Harmless.UNTIL_SENT : Harmless.NEVER;
        return new Call(method, path, content, Map.of(), harmless, Optional.of(LONGEST), true);
    }

    /** With a key by which the server knows the first attempt again. */
    Call repeatable(String key) {
        return new Call(method, path, content, Map.of("Idempotency-Key", key), Harmless.ALWAYS, whole, everywhere);
    }

    Call within(Duration limit) {
        return new Call(method, path, content, headers, harmless, Optional.of(limit), everywhere);
    }

    /** However long it takes, as long as bytes flow. */
    Call unlimited() {
        return new Call(method, path, content, headers, harmless, Optional.empty(), everywhere);
    }

    Call notEverywhere() {
        return new Call(method, path, content, headers, harmless, whole, false);
    }

    /** As errors name it, without what the caller gave. */
    String name() {
        return method + " " + path.replaceFirst("\\?.*", "");
    }
}
