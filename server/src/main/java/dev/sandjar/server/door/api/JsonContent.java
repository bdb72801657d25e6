package dev.sandjar.server.door.api;

import dev.sandjar.server.body.RequestBody;
import dev.sandjar.server.body.WholeBody;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** Handlings whose request's body is read whole before. */
final class JsonContent {
    /** A spec with the largest environment that is of use. */
    private static final int LARGEST = 8 << 20;

    private JsonContent() {}

    /** Serves once the body of the request, which is paused, is read. */
    static ApiDoor.Handling before(ApiDoor.Handling handling, HttpServerRequest request, Duration silence) {
        return call -> {
            try (var body = new RequestBody(request, silence)) {
                call.read(WholeBody.read(body, call.owner(), LARGEST, silence));
            }
            handling.handle(call);
        };
    }
}
