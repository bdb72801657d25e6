package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.Map;

/**
 * How far a stream has come, at a server that numbers its output: Sandjar's does, kubebox's own does not. An output says at which byte it begins ({@code offset}) and
 * ends ({@code end}), and where to go on so as to miss nothing ({@code resume_at}); as two streams are counted together, what is sent from there may
 * begin with outputs that have come already.
 */
final class Position {
    private final Map<CommandOutput.Type, Long> told = new EnumMap<>(CommandOutput.Type.class);
    private long resumeAt;

    /** Whether an output comes for the first time; then it is counted. */
    boolean passes(CommandOutput.Type type, JsonNode payload) {
        if (!isNumbered(payload)) {
            return true;
        }
        resumeAt = payload.path("resume_at").asLong();
        long offset = payload.path("offset").asLong();
        if (offset < told.getOrDefault(type, 0L)) {
            return false;
        }
        told.put(type, payload.path("end").asLong(offset + 1));
        return true;
    }

    static boolean isNumbered(JsonNode payload) {
        return payload.path("resume_at").isIntegralNumber();
    }

    long resumeAt() {
        return resumeAt;
    }
}
