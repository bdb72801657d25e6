package dev.sandjar.server.door.ssh;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxState;
import dev.sandjar.server.auth.Addresses;
import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.connection.Handover;
import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.limit.Shares;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/** {@code CONNECT} on the path of a session: the way to SSH through whatever lets HTTP pass. */
@ApplicationScoped
class ConnectRoutes {
    private static final Logger LOG = Logger.getLogger(ConnectRoutes.class);
    private static final String PATHS = "(?:/v1)?/(?:sessions|sandboxes)/(?<id>[^/]+)(?:/tunnel)?";
    private static final String TUNNELS = "(?:/v1)?/(?:sessions|sandboxes)/[^/]+/tunnel";

    /** Before the filter that takes {@code /v1} off paths for the sessions API. */
    private static final int ORDER = -2_000;

    private final Authentication authentication;
    private final Places places;
    private final RateLimits limits;
    private final Gate gate;
    private final SshDoor door;
    private final Shares strangers = LoginSlot.room(); // though each has a token

    ConnectRoutes(Authentication authentication, Places places, RateLimits limits, Gate gate, SshDoor door) {
        this.authentication = authentication;
        this.places = places;
        this.limits = limits;
        this.gate = gate;
        this.door = door;
    }

    void mount(@Observes Router router, Vertx vertx) {
        router.routeWithRegex(HttpMethod.CONNECT, PATHS).order(ORDER).handler(context -> take(context, vertx));
        router.routeWithRegex(TUNNELS).order(ORDER + 1).handler(context -> refuseMethod(context, "CONNECT"));
        router.route(HttpMethod.CONNECT, "/*")
                .order(ORDER + 1)
                .handler(context -> refuseMethod(context, "GET, POST, PUT, DELETE"));
    }

    /** Who may come in, and where to. */
    private record Visit(String owner, Sandbox sandbox, String address) {}

    private void take(RoutingContext context, Vertx vertx) {
        HttpServerRequest request = context.request();
        String id = RequestIds.tell(context);
        String sandbox = Objects.requireNonNullElse(context.pathParam("id"), "");
        Context loop = vertx.getOrCreateContext();
        request.pause();
        Thread.ofVirtual().name("ssh-" + sandbox).start(() -> {
            try {
                Visit visit = visit(request, sandbox);
                try (LoginSlot slot = LoginSlot.take(strangers, visit.owner())) {
                    serve(line(request, vertx, loop, visit.owner()), visit, slot);
                }
            } catch (RateLimits.TooMany e) {
                refuse(request, id, e.error(), e.headers());
            } catch (SandboxException e) {
                refuse(request, id, e, Map.of());
            } catch (Exception e) {
                LOG.debugf(e, "%s: the tunnel ended", id);
                request.connection().close();
            }
        });
    }

    private void serve(Line line, Visit visit, LoginSlot slot) throws Exception {
        Optional<Sandbox> sandbox = Optional.of(visit.sandbox());
        try (line) {
            door.serve(line, new Guest(visit.address(), _ -> sandbox), slot);
        }
    }

    private TunnelLine line(HttpServerRequest request, Vertx vertx, Context loop, String owner) throws Exception {
        request.response().putHeader("X-SSH-Host-Key", door.hostKey());
        return Handover.await(
                request, loop, HttpServerRequest::toNetSocket, socket -> new TunnelLine(vertx, socket.pause(), owner));
    }

    private Visit visit(HttpServerRequest request, String id) {
        gate.pass();
        String owner = authentication.tunnelOwner(request);
        limits.admit(request, owner);
        Sandbox sandbox = places.of(owner)
                .get(SandboxId.parse(id).orElseThrow(() -> SandboxException.sandboxNotFound("of that id")));
        requireReachable(sandbox);
        return new Visit(owner, sandbox, Addresses.of(request));
    }

    /** A client that is let in finds somebody there: no agent is told as 502, a paused sandbox as 503. */
    private static void requireReachable(Sandbox sandbox) {
        SandboxState state = sandbox.info().state();
        if (state == SandboxState.PAUSED || state == SandboxState.PENDING) {
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    "the sandbox is " + state.word(),
                    "resume it first: sandjar resume " + sandbox.id(),
                    null);
        }
        sandbox.stats();
    }

    private static void refuseMethod(RoutingContext context, String allowed) {
        String id = RequestIds.tell(context);
        context.response().putHeader("Allow", allowed);
        answer(
                context.request(),
                405,
                "METHOD_NOT_ALLOWED",
                context.request().method() + " is not for this path",
                "send CONNECT /v1/sessions/ID",
                id);
    }

    private static void refuse(HttpServerRequest request, String id, SandboxException e, Map<String, String> headers) {
        headers.forEach((name, value) -> request.response().putHeader(name, value));
        answer(request, e.code().httpStatus(), e.code().name(), String.valueOf(e.getMessage()), e.remedy(), id);
    }

    /** As the sessions API tells errors, and as the client of the native one reads them. */
    private static void answer(
            HttpServerRequest request, int status, String code, String message, String remedy, String id) {
        String body = new JsonObject()
                .put("error", code)
                .put("code", code)
                .put("message", message)
                .put("remedy", remedy)
                .put("requestId", id)
                .encode();
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .end(body);
    }
}
