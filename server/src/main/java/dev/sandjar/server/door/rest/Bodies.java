package dev.sandjar.server.door.rest;

import dev.sandjar.server.auth.Caller;
import dev.sandjar.server.body.RequestBody;
import dev.sandjar.server.body.WholeBody;
import dev.sandjar.server.config.ServerConfig;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;

/** Bodies of requests, read by us: the framework's own stream crosses over to the event loop six times for a body of one piece. */
@Singleton
class Bodies {
    private final Caller caller;
    private final Duration silence;

    Bodies(Caller caller, ServerConfig config) {
        this.caller = caller;
        this.silence = config.limits().body();
    }

    /** As it arrives. */
    RequestBody of(RoutingContext request) {
        return new RequestBody(request.request(), silence);
    }

    /** A JSON object of these fields and no others; an empty body is an empty object. */
    JsonBody json(RoutingContext request, Set<String> fields) throws InterruptedException {
        try (var body = of(request)) {
            return JsonBody.parse(WholeBody.read(body, caller.owner(), JsonBody.LARGEST, silence), fields);
        }
    }
}
