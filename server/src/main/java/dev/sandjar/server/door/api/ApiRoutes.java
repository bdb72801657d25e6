package dev.sandjar.server.door.api;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Puts the door into the server. */
@ApplicationScoped
class ApiRoutes {
    /** Before the filter that takes {@code /v1} off paths for the sessions API. */
    private static final int ORDER = -2_000;

    private final Authentication authentication;
    private final Places places;

    ApiRoutes(Authentication authentication, Places places) {
        this.authentication = authentication;
        this.places = places;
    }

    void mount(@Observes Router router, Vertx vertx) {
        new ApiDoor(vertx, this::sandboxes, ORDER).mount(router);
    }

    private Sandboxes sandboxes(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        String key = request.getHeader("X-API-Key");
        return authentication
                .owner(authorization, key)
                .map(places::of)
                .orElseThrow(() -> new SandboxException(
                        ErrorCode.UNAUTHENTICATED,
                        authorization == null && key == null
                                ? "no credentials"
                                : "these credentials are not known here",
                        "send the header Authorization: Bearer TOKEN, or X-API-Key: TOKEN",
                        null));
    }
}
