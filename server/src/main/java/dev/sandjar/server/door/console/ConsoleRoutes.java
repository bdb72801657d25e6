package dev.sandjar.server.door.console;

import dev.sandjar.server.observe.RequestIds;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Serves the page and its parts, which are for everybody: only what they ask for needs a token. */
@ApplicationScoped
class ConsoleRoutes {
    private static final String ROOT = "/console";
    private static final int FIRST = -2_500; // before a door that answers there, too; a preview's host is its own
    private static final int PIECE = 32 * 1024; // bytes; a client that does not read has so little under way

    /** Nothing but what the server itself sends is run or applied, and the page talks to nobody else. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                    + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cache-Control",
            "no-cache"); // kept, and asked about each time: a page of one version never gets a part of another

    private final Assets assets = new Assets();

    void mount(@Observes Router router) {
        router.route(HttpMethod.GET, "/").order(FIRST).handler(ConsoleRoutes::lead);
        for (HttpMethod method : new HttpMethod[] {HttpMethod.GET, HttpMethod.HEAD}) {
            router.route(method, ROOT).handler(this::serve);
            router.route(method, ROOT + "/*").handler(this::serve);
        }
    }

    /** A person who has typed no more than the server's name. Programs that ask there are somebody else's. */
    private static void lead(RoutingContext context) {
        String accepts = Objects.requireNonNullElse(context.request().getHeader("Accept"), "");
        if (accepts.contains("text/html") && !context.request().headers().contains("Authorization")) {
            RequestIds.tell(context);
            context.response()
                    .setStatusCode(303)
                    .putHeader("Location", "console/")
                    .end();
        } else {
            context.next();
        }
    }

    private void serve(RoutingContext context) {
        RequestIds.tell(context);
        HttpServerResponse response = context.response();
        HEADERS.forEach(response::putHeader);
        String path = Objects.requireNonNullElse(context.request().path(), ROOT);
        if (path.equals(ROOT)) { // what the page asks for is found from where it is, behind any prefix
            response.setStatusCode(308).putHeader("Location", "console/").end();
            return;
        }
        String name = path.substring(ROOT.length() + 1);
        Optional<Assets.Asset> asset = assets.find(name.isEmpty() ? "index.html" : name);
        asset.ifPresentOrElse(
                found -> answer(context, found),
                () -> response.setStatusCode(404)
                        .putHeader("Content-Type", "text/plain")
                        .end("Not a part of the console, which is at " + ROOT + "/\n"));
    }

    private static void answer(RoutingContext context, Assets.Asset asset) {
        HttpServerResponse response = context.response().putHeader("ETag", asset.tag());
        if (asset.tag().equals(context.request().getHeader("If-None-Match"))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader("Content-Type", asset.type())
                .putHeader("Content-Length", Integer.toString(asset.content().length()));
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            send(response, asset.content(), 0);
        }
    }

    private static void send(HttpServerResponse response, Buffer content, int from) {
        int sent = from;
        while (sent < content.length() && !response.writeQueueFull()) {
            int end = Math.min(sent + PIECE, content.length());
            response.write(content.slice(sent, end));
            sent = end;
        }
        if (sent == content.length()) {
            response.end();
        } else {
            int rest = sent;
            response.drainHandler(_ -> send(response, content, rest));
        }
    }
}
