package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxState;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Sandboxes as the sessions API shows them. Both names of everything, so that every generation of clients finds its own. */
final class SessionReply {
    private final boolean capital;

    private SessionReply(boolean capital) {
        this.capital = capital;
    }

    /** For whoever asks: the clients that never send credentials want a status with a capital, and always ask under {@code /v1}. */
    static SessionReply to(RoutingContext context) {
        boolean credentials = context.request().headers().contains("Authorization")
                || context.request().headers().contains("X-API-Key");
        return new SessionReply(!credentials && Paths.isVersioned(context));
    }

    ObjectNode of(SandboxInfo info) {
        ObjectNode node = JsonBody.JSON.createObjectNode();
        node.put("sessionId", info.id().toString());
        node.put("sandboxId", info.id().toString());
        node.put("status", status(info.state()));
        node.put("createdAt", time(info.createdAt()));
        node.put("expiresAt", time(info.expiresAt()));
        node.put("lastActivityAt", time(info.lastActivityAt()));
        node.put("image", info.image());
        node.put("sandboxPath", info.workspace());
        node.set("metadata", JsonBody.JSON.valueToTree(info.spec().metadata().values()));
        return node;
    }

    private String status(SandboxState state) {
        String word = state == SandboxState.PAUSED ? "paused" : "running";
        return capital ? Character.toUpperCase(word.charAt(0)) + word.substring(1) : word;
    }

    /** Python before 3.11 reads 0, 3 or 6 fractional digits; milliseconds are 0 or 3. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
