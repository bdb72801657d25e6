package dev.sandjar.server.door.api;

import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import io.vertx.core.http.HttpServerRequest;

/** Tells whose sandboxes a request is about. May block. */
@FunctionalInterface
public interface Callers {
    /**
     * The caller's place.
     *
     * @throws SandboxException {@code UNAUTHENTICATED}
     */
    Sandboxes sandboxes(HttpServerRequest request);
}
