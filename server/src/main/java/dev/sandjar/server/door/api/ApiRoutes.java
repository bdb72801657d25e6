package dev.sandjar.server.door.api;

import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
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
    private final RateLimits limits;
    private final Gate gate;
    private final ServerConfig config;

    ApiRoutes(Authentication authentication, Places places, RateLimits limits, Gate gate, ServerConfig config) {
        this.authentication = authentication;
        this.places = places;
        this.limits = limits;
        this.gate = gate;
        this.config = config;
    }

    void mount(@Observes Router router, Vertx vertx) {
        new ApiDoor(vertx, this::caller, ORDER, config.limits().body()).mount(router);
    }

    private Callers.Known caller(HttpServerRequest request) {
        gate.pass();
        try {
            String owner = authentication.owner(request);
            RateLimits.Taken taken = limits.admit(request, owner);
            taken.headers().forEach((name, value) -> request.response().putHeader(name, value));
            return new Callers.Known(owner, places.of(owner));
        } catch (RateLimits.TooMany e) {
            e.headers().forEach((name, value) -> request.response().putHeader(name, value));
            throw e.error();
        }
    }
}
