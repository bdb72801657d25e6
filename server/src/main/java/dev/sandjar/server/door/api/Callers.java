package dev.sandjar.server.door.api;

import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import io.vertx.core.http.HttpServerRequest;

/** Tells whose sandboxes a request is about. May block. */
@FunctionalInterface
public interface Callers {
    /** Whose sandboxes, and these. */
    record Known(String owner, Sandboxes sandboxes) {}

    /**
     * The caller.
     *
     * @throws SandboxException {@code UNAUTHENTICATED}
     */
    Known caller(HttpServerRequest request);
}
