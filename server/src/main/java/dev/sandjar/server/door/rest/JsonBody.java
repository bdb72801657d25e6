package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sandjar.SandboxException;
import dev.sandjar.server.body.WholeBody;
import dev.sandjar.wire.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A request's JSON object. What is missing, of another type, out of range or unknown is refused with its name. */
final class JsonBody {
    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(Json.MOST_TOKENS)
                            .build())
                    .recyclerPool(Json.BUFFERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    static final int LARGEST = 4 << 20; // bytes

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final JsonNode node;

    private JsonBody(JsonNode node) {
        this.node = node;
    }

    /** @param allowed the names of its fields; an empty body is an empty object */
    static JsonBody parse(byte[] bytes, Set<String> allowed) {
        JsonNode node;
        try {
            node = bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
        } catch (StreamConstraintsException e) {
            throw WholeBody.tooMany(Json.MOST_TOKENS);
        } catch (JsonProcessingException e) {
            var where = e.getLocation();
            throw SandboxException.invalid(
                    "the body",
                    "not JSON"
                            + (where == null
                                    ? ""
                                    : " at line " + where.getLineNr() + ", column " + where.getColumnNr()),
                    "a JSON object");
        } catch (IOException e) {
            throw SandboxException.internal("reading the body", e);
        }
        if (node == null || !node.isObject()) {
            throw SandboxException.invalid("the body", "another kind of JSON", "a JSON object");
        }
        node.fieldNames().forEachRemaining(name -> {
            if (!allowed.contains(name)) {
                throw SandboxException.invalid(
                        PLAIN_NAME.matcher(name).matches() ? "field " + name : "a field", // nothing else is repeated
                        "unknown",
                        String.join(", ", allowed.stream().sorted().toList()));
            }
        });
        return new JsonBody(node);
    }

    Optional<Integer> integer(String name, int least, int most) {
        return field(name).map(value -> {
            if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                throw SandboxException.invalid(name, kind(value), least + " to " + most);
            }
            if (value.intValue() < least || value.intValue() > most) {
                throw SandboxException.invalid(name, value.intValue(), least + " to " + most);
            }
            return value.intValue();
        });
    }

    Optional<String> text(String name) {
        return field(name).map(value -> {
            if (!value.isTextual()) {
                throw SandboxException.invalid(name, kind(value), "a string");
            }
            return value.textValue();
        });
    }

    String required(String name) {
        return text(name)
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> SandboxException.invalid(name, "missing or blank", "a string"));
    }

    Optional<Boolean> flag(String name) {
        return field(name).map(value -> {
            if (!value.isBoolean()) {
                throw SandboxException.invalid(name, kind(value), "true or false");
            }
            return value.booleanValue();
        });
    }

    Optional<JsonNode> object(String name) {
        return field(name).map(value -> {
            if (!value.isObject()) {
                throw SandboxException.invalid(name, kind(value), "an object");
            }
            refuseInfinite(name, value);
            return value;
        });
    }

    /** A number that is too large for us would not be given back as it came. */
    private static void refuseInfinite(String name, JsonNode value) {
        if (value.isDouble() && !Double.isFinite(value.doubleValue())) {
            throw SandboxException.invalid("a number in " + name, "too large", "what 64-bit floating point holds");
        }
        value.forEach(inner -> refuseInfinite(name, inner));
    }

    Map<String, String> strings(String name) {
        var strings = new LinkedHashMap<String, String>();
        object(name)
                .ifPresent(object -> object.properties().forEach(entry -> {
                    if (!entry.getValue().isTextual()) {
                        throw SandboxException.invalid("a value of " + name, kind(entry.getValue()), "strings");
                    }
                    strings.put(entry.getKey(), entry.getValue().textValue());
                }));
        return strings;
    }

    private Optional<JsonNode> field(String name) {
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case BOOLEAN -> "a boolean";
            case NUMBER -> {
                String text = value.asText();
                yield "the number " + text.substring(0, Math.min(24, text.length()));
            }
            case STRING -> "a string";
            case BINARY, MISSING, NULL, POJO -> "of another type";
        };
    }
}
