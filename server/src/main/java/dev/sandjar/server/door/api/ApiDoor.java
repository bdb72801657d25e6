package dev.sandjar.server.door.api;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.sandjar.SandboxException;
import dev.sandjar.server.observe.RequestIds;
import dev.sandjar.wire.Errors;
import dev.sandjar.wire.Json;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The routes of {@code /v1/api}. */
public final class ApiDoor {
    private static final String ROOT = "/v1/api";
    private static final String SANDBOX = "/sandboxes/:sandbox";
    private static final String COMMAND = SANDBOX + "/commands/:command";
    private static final String FILES = SANDBOX + "/files";

    /** Serves one call. */
    interface Handling {
        void handle(ApiCall call) throws Exception;
    }

    /** How a body is taken. */
    private enum Body {
        NONE,
        JSON,
        STREAM
    }

    private final Vertx vertx;
    private final Callers callers;
    private final int order;
    private final Duration silence;

    /**
     * @param order of the routes, for routers that have others for the same paths
     * @param silence how long a client may send nothing in the middle of a body
     */
    public ApiDoor(Vertx vertx, Callers callers, int order, Duration silence) {
        this.vertx = vertx;
        this.callers = callers;
        this.order = order;
        this.silence = silence;
    }

    /** Adds the routes. */
    public void mount(Router router) {
        route(router, GET, "/sandboxes", Body.NONE, SandboxCalls::list, "state", "offset", "limit");
        route(router, POST, "/sandboxes", Body.JSON, SandboxCalls::create);
        route(router, GET, SANDBOX, Body.NONE, SandboxCalls::info);
        route(router, DELETE, SANDBOX, Body.NONE, SandboxCalls::delete);
        route(router, PUT, SANDBOX + "/ttl", Body.JSON, SandboxCalls::renew);
        route(router, POST, SANDBOX + "/pause", Body.NONE, SandboxCalls::pause);
        route(router, POST, SANDBOX + "/stop", Body.NONE, SandboxCalls::stop);
        route(router, POST, SANDBOX + "/resume", Body.NONE, SandboxCalls::resume);
        route(router, GET, SANDBOX + "/stats", Body.NONE, SandboxCalls::stats);
        route(router, GET, SANDBOX + "/ports/:port", Body.STREAM, ConnectionCalls::dial);
        route(router, GET, SANDBOX + "/sftp", Body.STREAM, ConnectionCalls::sftp);

        route(router, GET, SANDBOX + "/processes", Body.NONE, ProcessCalls::list);
        route(router, POST, SANDBOX + "/processes/:pid/signal", Body.JSON, ProcessCalls::signal);

        route(router, GET, SANDBOX + "/commands", Body.NONE, CommandCalls::list);
        route(router, PUT, COMMAND, Body.JSON, CommandCalls::start);
        route(router, GET, COMMAND, Body.NONE, CommandCalls::info, "offset");
        route(router, DELETE, COMMAND, Body.NONE, CommandCalls::forget);
        route(router, GET, COMMAND + "/log", Body.NONE, CommandLog::read, "stream", "from", "to");
        route(router, GET, COMMAND + "/output", Body.NONE, CommandCalls::output, "offset");
        route(router, GET, COMMAND + "/ending", Body.NONE, CommandCalls::ending, "offset", "wait");
        route(router, POST, COMMAND + "/signal", Body.JSON, CommandCalls::signal);
        route(router, POST, COMMAND + "/kill", Body.NONE, CommandCalls::kill);
        route(router, PUT, COMMAND + "/window", Body.JSON, CommandCalls::resize);

        route(router, GET, FILES + "/content", Body.NONE, FileCalls::read, "path", "offset", "version");
        route(
                router,
                PUT,
                FILES + "/content",
                Body.STREAM,
                call -> FileCalls.write(call, silence),
                "path",
                "overwrite");
        route(router, GET, FILES + "/info", Body.NONE, FileCalls::stat, "path");
        route(router, GET, FILES + "/list", Body.NONE, FileCalls::list, "path");
        route(router, PUT, FILES + "/folder", Body.JSON, FileCalls::mkdirs, "path");
        route(router, POST, FILES + "/move", Body.JSON, FileCalls::move);
        route(router, DELETE, FILES, Body.NONE, FileCalls::remove, "path");
        route(router, GET, FILES + "/watch", Body.NONE, FileCalls::watch, "path");

        route(router, GET, "/images", Body.NONE, ImageCalls::list);
        route(router, POST, "/images", Body.JSON, ImageCalls::pull);
        route(router, DELETE, "/images", Body.NONE, ImageCalls::remove, "reference");
        route(router, GET, "/doctor", Body.NONE, SandboxCalls::doctor);

        router.route(ROOT + "/*")
                .order(order + 1)
                .handler(context -> refuse(context.request(), RequestIds.tell(context), noSuchThing()));
    }

    private void route(
            Router router, HttpMethod method, String path, Body body, Handling handling, String... parameters) {
        Set<String> known = Set.of(parameters);
        router.route(method, ROOT + path).order(order).handler(context -> take(context, body, handling, known));
    }

    private void take(RoutingContext context, Body body, Handling handling, Set<String> known) {
        HttpServerRequest request = context.request();
        String id = RequestIds.tell(context);
        Map<String, String> path = context.pathParams();
        for (String name : context.queryParams().names()) {
            if (!known.contains(name)) {
                refuse(request, id, unknownParameter(known));
                return;
            }
        }
        if (body != Body.NONE) {
            request.pause(); // not a byte is kept for somebody whom we do not know yet
        }
        serve(vertx.getOrCreateContext(), request, id, path, body == Body.JSON, handling);
    }

    private void serve(
            Context loop,
            HttpServerRequest request,
            String id,
            Map<String, String> path,
            boolean json,
            Handling handling) {
        Thread.ofVirtual().name("api-" + request.method() + request.path()).start(() -> {
            ApiCall call;
            try {
                call = new ApiCall(loop, request, id, path, callers);
            } catch (SandboxException e) {
                refuse(request, id, e);
                return;
            } catch (RuntimeException e) {
                refuse(request, id, ApiCall.unknown(id, e));
                return;
            }
            call.serve(json ? JsonContent.before(handling, request, silence) : handling);
        });
    }

    private static void refuse(HttpServerRequest request, String id, SandboxException e) {
        request.resume(); // what is left of the body is passed over
        request.response()
                .setStatusCode(e.code().httpStatus())
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(Errors.write(e, id))));
    }

    private static SandboxException unknownParameter(Set<String> known) {
        List<String> names = known.stream().sorted().toList();
        return SandboxException.invalid("parameter", "unknown", names.isEmpty() ? "none" : String.join(", ", names));
    }

    private static SandboxException noSuchThing() {
        return SandboxException.notSupported(
                "this path or method", "this server's " + ROOT, "see docs/http-api.md, and the client's version");
    }
}
