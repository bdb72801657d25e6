package dev.sandjar.server.door.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Objects;

/** Generations of clients ask for {@code /sessions} or {@code /sandboxes}, with {@code /v1} in front or without: one path serves all. */
@ApplicationScoped
class Paths {
    private static final String SANDBOXES = "sandjar.sandboxes"; // set once a path was looked at
    private static final String VERSIONED = "sandjar.versioned"; // likewise

    void register(@Observes Filters filters) {
        filters.register(Paths::rewrite, 1_000);
    }

    static boolean isSandboxes(RoutingContext context) {
        return Boolean.TRUE.equals(context.get(SANDBOXES));
    }

    /** Whether the path began with {@code /v1}. */
    static boolean isVersioned(RoutingContext context) {
        return Boolean.TRUE.equals(context.get(VERSIONED));
    }

    private static void rewrite(RoutingContext context) {
        String path = Objects.requireNonNullElse(context.request().path(), "/");
        boolean rewritten = context.get(SANDBOXES) != null;
        String plain = rewritten ? path : plain(path);
        if (!rewritten) {
            context.put(SANDBOXES, isUnder("/sandboxes", withoutVersion(path)));
            context.put(VERSIONED, !withoutVersion(path).equals(path));
        }
        if (plain.equals(path)) {
            context.next();
        } else {
            String query = context.request().query();
            context.reroute(context.request().method(), query == null ? plain : plain + "?" + query);
        }
    }

    /** The path as our resources call it. */
    static String plain(String path) {
        String plain = withoutVersion(path);
        return isUnder("/sandboxes", plain) ? SessionsResource.ROOT + plain.substring("/sandboxes".length()) : plain;
    }

    /** Only these two paths have versions. */
    private static String withoutVersion(String path) {
        String rest = path.startsWith("/v1/") ? path.substring("/v1".length()) : path;
        return isUnder("/sandboxes", rest) || isUnder(SessionsResource.ROOT, rest) ? rest : path;
    }

    private static boolean isUnder(String root, String path) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }
}
