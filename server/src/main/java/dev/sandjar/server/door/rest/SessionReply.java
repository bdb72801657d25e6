package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A sandbox as the sessions API shows it. Both names of everything, so that every generation of clients finds its own. */
final class SessionReply {
    private SessionReply() {}

    static ObjectNode of(SandboxInfo info) {
        ObjectNode node = JsonBody.JSON.createObjectNode();
        node.put("sessionId", info.id().toString());
        node.put("sandboxId", info.id().toString());
        node.put("status", info.state() == SandboxState.PAUSED ? "paused" : "running");
        node.put("createdAt", time(info.createdAt()));
        node.put("expiresAt", time(info.expiresAt()));
        node.put("lastActivityAt", time(info.lastActivityAt()));
        node.put("image", info.image());
        node.put("sandboxPath", info.workspace());
        node.set("metadata", JsonBody.JSON.valueToTree(info.spec().metadata().values()));
        return node;
    }

    /** Python before 3.11 reads 0, 3 or 6 fractional digits; milliseconds are 0 or 3. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
