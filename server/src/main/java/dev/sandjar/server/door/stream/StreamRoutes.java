package dev.sandjar.server.door.stream;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.connection.Handover;
import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.observe.RequestIds;
import dev.sandjar.wire.Errors;
import dev.sandjar.wire.Json;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Puts the door into the server: the WebSocket of a sandbox, and the events of a command. */
@ApplicationScoped
class StreamRoutes {
    private static final Logger LOG = Logger.getLogger(StreamRoutes.class);
    private static final String SANDBOX = "/v1/api/sandboxes/:sandbox";
    private static final int ORDER =
            -2_100; // before the native API, which refuses what it does not know under its path
    private static final int LONGEST_NAME = 100;

    private final Authentication authentication;
    private final Places places;
    private final RateLimits limits;
    private final Gate gate;

    StreamRoutes(Authentication authentication, Places places, RateLimits limits, Gate gate) {
        this.authentication = authentication;
        this.places = places;
        this.limits = limits;
        this.gate = gate;
    }

    void mount(@Observes Router router, Vertx vertx) {
        var sessions = new StreamSessions(vertx, limits);
        router.route(HttpMethod.GET, SANDBOX + "/stream")
                .order(ORDER)
                .handler(context -> serve(context, vertx, visit -> stream(visit, vertx, sessions)));
        router.route(HttpMethod.GET, SANDBOX + "/commands/:command/events")
                .order(ORDER)
                .handler(context -> serve(context, vertx, visit -> CommandEvents.serve(vertx, visit)));
    }

    /** A request of somebody whom we know, about a sandbox of his. */
    record Visit(HttpServerRequest request, Context loop, Map<String, String> path, String owner, Sandbox sandbox) {}

    private interface Serving {
        void serve(Visit visit) throws IOException, InterruptedException;
    }

    private void serve(RoutingContext context, Vertx vertx, Serving serving) {
        HttpServerRequest request = context.request();
        String id = RequestIds.tell(context);
        Map<String, String> path = context.pathParams();
        Context loop = vertx.getOrCreateContext();
        request.pause();
        Thread.ofVirtual().name("stream-" + request.path()).start(() -> {
            try {
                serving.serve(visit(request, loop, path));
            } catch (RateLimits.TooMany e) {
                e.headers().forEach((name, value) -> request.response().putHeader(name, value));
                refuse(request, id, e.error());
            } catch (SandboxException e) {
                refuse(request, id, e);
            } catch (IOException | InterruptedException gone) {
                request.connection().close();
            } catch (RuntimeException e) {
                LOG.error(id, e);
                refuse(request, id, SandboxException.internal("the request", e));
            }
        });
    }

    private Visit visit(HttpServerRequest request, Context loop, Map<String, String> path) {
        gate.pass();
        String owner = authentication.owner(request);
        limits.admit(request, owner)
                .headers()
                .forEach((name, value) -> request.response().putHeader(name, value));
        Sandbox sandbox = places.of(owner)
                .get(SandboxId.parse(path.getOrDefault("sandbox", ""))
                        .orElseThrow(() -> SandboxException.sandboxNotFound("of that id")));
        return new Visit(request, loop, path, owner, sandbox);
    }

    private static void stream(Visit visit, Vertx vertx, StreamSessions sessions)
            throws IOException, InterruptedException {
        HttpServerRequest request = visit.request();
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            throw SandboxException.invalid("Upgrade", "missing", "websocket: docs/streams.md");
        }
        Optional<String> session = Optional.ofNullable(request.getParam("session"));
        if (session.filter(name -> name.isEmpty() || name.length() > LONGEST_NAME)
                .isPresent()) {
            throw SandboxException.invalid("session", "empty or long", "1 to " + LONGEST_NAME + " characters");
        }
        try (StreamSocket socket = upgrade(visit, vertx)) {
            sessions.serve(socket, visit.sandbox(), visit.owner(), session);
        }
    }

    private static StreamSocket upgrade(Visit visit, Vertx vertx) throws IOException, InterruptedException {
        HttpConnection connection = visit.request().connection();
        return Handover.await(
                visit.request(),
                visit.loop(),
                HttpServerRequest::toWebSocket,
                socket -> new StreamSocket(vertx, visit.loop(), socket, connection, visit.owner()));
    }

    private static void refuse(HttpServerRequest request, String id, SandboxException e) {
        if (request.response().headWritten()) {
            request.connection().close();
            return;
        }
        request.resume();
        if (e.code() == ErrorCode.UNAUTHENTICATED) {
            request.response().putHeader("WWW-Authenticate", "Bearer");
        }
        request.response()
                .setStatusCode(e.code().httpStatus())
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(Errors.write(e, id))));
    }
}
