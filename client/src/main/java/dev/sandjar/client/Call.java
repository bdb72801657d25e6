package dev.sandjar.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.client.http.HttpRequest;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Json;
import java.util.Optional;

/**
 * Something to ask of the server.
 *
 * @param request its head
 * @param json its body, if it has one
 * @param repeatable whether it does no harm to send it again when a cut leaves open what became of the first one
 * @param doneBefore the error that, at a repetition, can only mean that the first one succeeded
 */
record Call(HttpRequest request, Optional<JsonNode> json, boolean repeatable, Optional<ErrorCode> doneBefore) {
    private static final byte[] NOTHING = {};

    static Call get(Target target) {
        return new Call(new HttpRequest("GET", target), Optional.empty(), true, Optional.empty());
    }

    static Call put(Target target, JsonNode body) {
        return with("PUT", target, Optional.of(body)).again();
    }

    static Call post(Target target) {
        return with("POST", target, Optional.empty());
    }

    static Call post(Target target, JsonNode body) {
        return with("POST", target, Optional.of(body));
    }

    static Call delete(Target target) {
        return with("DELETE", target, Optional.empty());
    }

    /** Its body as it is sent. */
    byte[] body() {
        return json.map(Json::bytes).orElse(NOTHING);
    }

    private static Call with(String method, Target target, Optional<JsonNode> json) {
        var request = new HttpRequest(method, target);
        return new Call(
                json.isEmpty() ? request : request.with("Content-Type", "application/json"),
                json,
                false,
                Optional.empty());
    }

    /** May be sent again. */
    Call again() {
        return new Call(request, json, true, doneBefore);
    }

    /** May be sent again, and then an error with this code is a success. */
    Call againUntil(ErrorCode code) {
        return new Call(request, json, true, Optional.of(code));
    }

    Call with(String header, String value) {
        return new Call(request.with(header, value), json, repeatable, doneBefore);
    }
}
