package dev.sandjar.server.door.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Objects;

/** Generations of clients ask for {@code /sessions} or {@code /sandboxes}, with {@code /v1} in front or without: one path serves all. */
@ApplicationScoped
class Paths {
    private static final String SANDBOXES = "sandjar.sandboxes";

    void register(@Observes Filters filters) {
        filters.register(this::rewrite, 1_000);
    }

    static boolean isSandboxes(RoutingContext context) {
        return Boolean.TRUE.equals(context.get(SANDBOXES));
    }

    private void rewrite(RoutingContext context) {
        String path = Objects.requireNonNullElse(context.request().path(), "/");
        String plain = path.startsWith("/v1/") ? path.substring(3) : path;
        if (plain.equals("/sandboxes") || plain.startsWith("/sandboxes/")) {
            context.put(SANDBOXES, true);
            plain = SessionsResource.ROOT + plain.substring("/sandboxes".length());
        }
        if (plain.equals(path)) {
            context.next();
        } else {
            String query = context.request().query();
            context.reroute(context.request().method(), query == null ? plain : plain + "?" + query);
        }
    }
}
