package dev.sandjar.server.door.preview;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxConnection;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.server.observe.RequestIds;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts the door into the server. */
@ApplicationScoped
class PreviewRoutes {
    /** Before all other doors: of a port's own host, every path is the port's. */
    private static final int ORDER = -3_000;

    /** Of what the client sent. The router knows paths as they are resolved, but a program is asked for what was written. */
    private static final Pattern PORT = Pattern.compile(
            "(?<prefix>(?:/v1)?/(?:sessions|sandboxes)/(?<id>[^/]+)/ports/(?<port>\\d{1,5}))(?<rest>/.*)?");

    private static final Pattern ACCESS =
            Pattern.compile("(?:/v1)?/(?:sessions|sandboxes)/(?<id>[^/]+)/access/(?<port>\\d{1,5})");

    private static final Pattern PREFIX = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

    private final Visitors visitors;
    private final Optional<Links> links;
    private final ServerConfig config;
    private final String outside; // what a proxy has taken off the path

    PreviewRoutes(Authentication authentication, Places places, RateLimits limits, Gate gate, ServerConfig config) {
        Passes passes = Passes.of(config.preview().secret(), InstantSource.system());
        visitors = new Visitors(authentication, places, limits, gate, passes);
        links = config.preview()
                .domain()
                .map(domain -> new Links(
                        passes,
                        domain.toLowerCase(Locale.ROOT),
                        config.preview().access()));
        this.config = config;
        outside = config.preview().prefix().orElse("");
        if (!PREFIX.matcher(outside).matches()) {
            throw new IllegalArgumentException("sandjar.preview.prefix is " + outside
                    + ", allowed: a path such as /tools/sandjar, without a slash at its end");
        }
    }

    void mount(@Observes Router router, Vertx vertx) {
        var limits = new PreviewLimits(
                vertx,
                config.limits().body(),
                config.limits().answer(),
                config.preview().idle(),
                config.preview().longest());
        router.route().order(ORDER).handler(context -> take(context, limits));
    }

    private void take(RoutingContext context, PreviewLimits limits) {
        HttpServerRequest request = context.request();
        Optional<PortName> name = links.flatMap(known -> known.name(request));
        String path = Objects.requireNonNullElse(request.path(), "");
        Matcher port = PORT.matcher(path);
        Matcher access = ACCESS.matcher(path);
        if (request.method().equals(HttpMethod.CONNECT)) {
            context.next(); // whose path is no more than a name
        } else if (name.isPresent()) {
            byHost(context, links.orElseThrow(), name.get(), limits);
        } else if (port.matches()) {
            serve(context, loop -> byPath(request, port, limits, loop));
        } else if (access.matches() && request.method().equals(HttpMethod.POST)) {
            serve(context, _ -> access(request, access));
        } else {
            context.next();
        }
    }

    /** What is done for a request, on a thread of its own. */
    private interface Work {
        void run(Context loop) throws IOException, InterruptedException;
    }

    private static void serve(RoutingContext context, Work work) {
        HttpServerRequest request =
                context.request().pause(); // not a byte is kept for somebody whom we do not know yet
        var refusals = new Refusals(request, RequestIds.of(context));
        Context loop = context.vertx().getOrCreateContext();
        Thread.ofVirtual().name("preview-" + request.method()).start(() -> {
            try {
                work.run(loop);
            } catch (IOException | InterruptedException | RuntimeException e) {
                refusals.refuse(e);
            }
        });
    }

    private void byHost(RoutingContext context, Links known, PortName name, PreviewLimits limits) {
        HttpServerRequest request = context.request();
        if (Links.isOpened(request)) {
            serve(context, _ -> open(request, known, name));
        } else {
            serve(context, loop -> carry(request, visitors.byHost(request, name, known.domain()), limits, loop));
        }
    }

    private static void open(HttpServerRequest request, Links known, PortName name) {
        String target = Links.withoutPass(request);
        known.cookie(name, request).ifPresent(cookie -> request.response().putHeader("Set-Cookie", cookie));
        request.resume()
                .response()
                .setStatusCode(303)
                .putHeader("Location", target)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Referrer-Policy", "no-referrer")
                .end();
    }

    private void byPath(HttpServerRequest request, Matcher written, PreviewLimits limits, Context loop)
            throws IOException, InterruptedException {
        String prefix = outside + written.group("prefix");
        @Nullable String rest = written.group("rest");
        Visit visit = visitors.byPath(
                request,
                written.group("id"),
                Integer.parseInt(written.group("port")),
                prefix,
                Objects.requireNonNullElse(rest, "/"));
        if (rest == null) {
            request.resume()
                    .response()
                    .setStatusCode(308)
                    .putHeader("Location", Visit.target(prefix + "/", request.query()))
                    .end(); // or the relative links of its pages would lead beside it
        } else {
            carry(request, visit, limits, loop);
        }
    }

    private static void carry(HttpServerRequest request, Visit visit, PreviewLimits limits, Context loop)
            throws IOException, InterruptedException {
        boolean body = RequestHead.hasBody(request.headers());
        boolean oneWay = !body && !RequestHead.wantsWebSocket(request.headers());
        var kind = oneWay ? Transfers.Kind.STREAM : Transfers.Kind.CHANNEL;
        try (Transfers.Place _ = Transfers.begin(kind, visit.owner());
                SandboxConnection program = Port.dial(visit.sandbox(), visit.port())) {
            if (oneWay) {
                request.resume(); // there is nothing but its end
            }
            new Exchange(request, visit, limits, program).serve(loop);
        }
    }

    private void access(HttpServerRequest request, Matcher written) {
        Sandbox sandbox = visitors.sandbox(request, written.group("id"));
        var name = new PortName(Integer.parseInt(written.group("port")), sandbox.id());
        var answer = new JsonObject();
        links.map(known -> known.make(name, request))
                .ifPresentOrElse(
                        link -> answer.put("url", link.url())
                                .put("expiresAt", link.expiresAt().toString()),
                        () -> answer.put("url", Links.byPath(name, request, outside)));
        request.resume()
                .response()
                .setStatusCode(201)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(answer.encode());
    }
}
