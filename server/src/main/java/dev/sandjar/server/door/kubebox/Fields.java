package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.server.body.WholeBody;
import dev.sandjar.wire.Json;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request brings by name. What is missing, unknown or of another type is collected, and refused all at once in the form in which
 * FastAPI does; nothing of what was sent is repeated.
 */
final class Fields {
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final int LONGEST_SESSION = 255;

    private final String where;
    private final JsonNode values;
    private final ArrayNode errors = Json.object().putArray("detail");

    /**
     * @param where {@code body} or {@code query}
     * @param allowed all names that there may be
     */
    Fields(String where, JsonNode values, Set<String> allowed) {
        this.where = where;
        this.values = values;
        values.fieldNames().forEachRemaining(name -> {
            if (!allowed.contains(name)) {
                error(
                        "extra_forbidden",
                        PLAIN_NAME.matcher(name).matches() ? name : "a field",
                        "Extra inputs are not permitted");
            }
        });
    }

    /** @throws Refusal when it is no JSON object */
    static Fields ofBody(byte[] body, Set<String> allowed) {
        JsonNode values;
        try {
            values = Json.parseRequest(body);
        } catch (StreamConstraintsException e) {
            throw WholeBody.tooMany(Json.MOST_TOKENS);
        } catch (JsonProcessingException e) {
            var nothing = new Fields("body", Json.object(), Set.of());
            nothing.error("json_invalid", null, "JSON decode error");
            throw nothing.refusal();
        }
        var fields = new Fields("body", values, allowed);
        if (!values.isObject()) {
            fields.error("model_attributes_type", null, "Input should be a valid dictionary or object");
            throw fields.refusal();
        }
        return fields;
    }

    String text(String name) {
        return needed(name, this::optionalText).orElse("");
    }

    Optional<String> optionalText(String name) {
        return given(name)
                .filter(value -> value.isTextual() || refuse("string_type", name, "Input should be a valid string"))
                .map(JsonNode::textValue);
    }

    /** What all requests have. */
    String session() {
        String name = text("session_id");
        if (name.length() > LONGEST_SESSION || name.indexOf('\0') >= 0) {
            refuse("string_too_long", "session_id", "String should have at most 255 characters, none of them NUL");
        }
        return name;
    }

    int process() {
        return needed(
                        "process_id",
                        name -> given(name)
                                .filter(value -> (value.isIntegralNumber() && value.canConvertToInt())
                                        || refuse("int_type", name, "Input should be a valid integer")))
                .map(JsonNode::intValue)
                .orElse(0);
    }

    boolean flag(String name) {
        return given(name)
                .filter(value -> value.isBoolean() || refuse("bool_type", name, "Input should be a valid boolean"))
                .map(JsonNode::booleanValue)
                .orElse(false);
    }

    Optional<Double> number(String name, double above) {
        return given(name)
                .filter(value -> value.isNumber() || refuse("float_type", name, "Input should be a valid number"))
                .map(JsonNode::doubleValue)
                .filter(value ->
                        value > above || refuse("greater_than", name, "Input should be greater than " + (long) above));
    }

    boolean has(String name) {
        return values.has(name);
    }

    /** Adds an error; always false. */
    boolean refuse(String type, String name, String message) {
        error(type, name, message);
        return false;
    }

    /** @throws Refusal when anything was wrong */
    void check() {
        if (!errors.isEmpty()) {
            throw refusal();
        }
    }

    private interface Reading<T> {
        Optional<T> read(String name);
    }

    private <T> Optional<T> needed(String name, Reading<T> reading) {
        if (!values.hasNonNull(name)) {
            error("missing", name, "Field required");
        }
        return reading.read(name);
    }

    private Optional<JsonNode> given(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isNull());
    }

    private void error(String type, @Nullable String name, String message) {
        ObjectNode error = errors.addObject().put("type", type);
        ArrayNode place = error.putArray("loc").add(where);
        if (name != null) {
            place.add(name);
        }
        error.put("msg", message);
    }

    private Refusal refusal() {
        return new Refusal(422, errors);
    }
}
