package dev.sandjar.server.door.kubebox;

import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.body.RequestBody;
import dev.sandjar.server.body.WholeBody;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.observe.RequestIds;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** The routes of this door. */
@ApplicationScoped
class KubeboxRoutes {
    /** Before the filter that takes {@code /v1} off paths for the sessions API. */
    private static final int ORDER = -2_000;

    /** A file with all that JSON puts around it. */
    private static final int LARGEST_BODY = 8 << 20;

    /** Serves one call. */
    interface Handling {
        void handle(Call call) throws Exception;
    }

    /** Who asks, and what he has. */
    record Visitor(String owner, Sandboxes sandboxes) {}

    private final Authentication authentication;
    private final Places places;
    private final RateLimits limits;
    private final Gate gate;
    private final Duration silence;
    private final Duration keepAlive;
    private final Sessions sessions;

    KubeboxRoutes(Authentication authentication, Places places, RateLimits limits, Gate gate, ServerConfig config) {
        this.authentication = authentication;
        this.places = places;
        this.limits = limits;
        this.gate = gate;
        this.silence = config.limits().body();
        this.keepAlive = config.keepAlive();
        this.sessions = new Sessions(config.kubebox());
    }

    void mount(@Observes Router router, Vertx vertx) {
        var commands = new CommandCalls(sessions, vertx, keepAlive);
        var files = new FileCalls(sessions);
        router.route(GET, "/").order(ORDER).handler(this::greet);
        route(router, GET, "/items/:item_id", Greetings::item);
        route(router, POST, "/initialize", sessions::initialize);
        route(router, POST, "/run_command", commands::run);
        route(router, POST, "/kill_command", commands::kill);
        route(router, POST, "/kill_all_processes", commands::killAll);
        route(router, GET, "/read_file", files::read);
        route(router, GET, "/get_file", files::get);
        route(router, POST, "/write_file", files::write);
        route(router, POST, "/make_dirs", files::makeDirs);
        route(router, POST, "/delete_file", files::delete);
        route(router, GET, "/file_exists", files::exists);
        route(router, GET, "/get_all_file_paths", files::allPaths);
        route(router, POST, "/get_website_console_logs", new ConsoleLogs(sessions)::get);
        var sockets = new SocketDoor(vertx, sessions, limits);
        router.route(GET, "/socket.io").order(ORDER).handler(context -> connect(context, sockets, vertx));
        router.route(GET, "/socket.io/").order(ORDER).handler(context -> connect(context, sockets, vertx));
    }

    /** Not what only leads there, such as {@code /sessions/%2e%2e}: of such an id there is nothing. */
    private void greet(RoutingContext context) {
        if ("/".equals(context.request().path())) {
            take(context, Greetings::hello);
        } else {
            context.next();
        }
    }

    private void route(Router router, HttpMethod method, String path, Handling handling) {
        router.route(method, path).order(ORDER).handler(context -> take(context, handling));
    }

    private void take(RoutingContext context, Handling handling) {
        if (context.request().method().equals(POST)) {
            context.request().pause(); // not a byte is kept for somebody whom we do not know yet
        }
        admit(
                context,
                (visitor, credentials) -> call(context, visitor, credentials).serve(handling));
    }

    /** Nobody but the call has the body: it is let go of when the call has read it. */
    private Call call(RoutingContext context, Visitor visitor, Authentication.Credentials credentials)
            throws InterruptedException {
        return new Call(context, RequestIds.of(context), visitor, body(context.request(), credentials));
    }

    private byte[] body(HttpServerRequest request, Authentication.Credentials credentials) throws InterruptedException {
        byte[] body = {};
        if (request.method().equals(POST)) {
            try (var content = new RequestBody(request, silence)) {
                body = WholeBody.read(content, credentials.owner(), LARGEST_BODY, silence);
            }
        }
        credentials.requireBody(body);
        return body;
    }

    private void connect(RoutingContext context, SocketDoor sockets, Vertx vertx) {
        RequestIds.tell(context);
        if (sockets.accepts(context)) {
            context.request().pause();
            Context loop = vertx.getOrCreateContext();
            admit(context, (visitor, credentials) -> {
                credentials.requireBody(new byte[0]);
                sockets.serve(context, loop, visitor);
            });
        }
    }

    private interface Admitted {
        void serve(Visitor visitor, Authentication.Credentials credentials) throws InterruptedException;
    }

    /** Finds out who it is, on a thread of its own. */
    private void admit(RoutingContext context, Admitted admitted) {
        String id = RequestIds.tell(context);
        Thread.ofVirtual().name("kubebox-" + context.request().path()).start(() -> {
            try {
                admit(context.request(), context.response(), admitted);
            } catch (Refusal e) {
                refuse(context, e);
            } catch (SandboxException e) {
                refuse(context, Refusal.known(id, e));
            } catch (RateLimits.TooMany e) {
                e.headers().forEach((name, value) -> context.response().putHeader(name, value));
                refuse(context, Refusal.of(e.error()));
            } catch (Exception e) {
                refuse(context, Refusal.unknown(id, e));
            }
        });
    }

    private void admit(HttpServerRequest request, HttpServerResponse response, Admitted admitted)
            throws InterruptedException {
        gate.pass();
        Authentication.Credentials credentials = authentication.credentials(request);
        String owner = credentials.owner();
        limits.admit(request, owner).headers().forEach((name, value) -> response.putHeader(name, value));
        admitted.serve(new Visitor(owner, places.of(owner)), credentials);
    }

    private static void refuse(RoutingContext context, Refusal e) {
        context.request().resume(); // what is left of the body is passed over
        Call.tell(context.response(), e);
    }
}
