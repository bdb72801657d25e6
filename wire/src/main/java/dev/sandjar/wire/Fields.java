package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.sandjar.SandboxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object, each read as the type it must have; a missing one and {@code null} are the same. */
final class Fields {
    private final JsonNode node;
    private final Set<String> known = new HashSet<>();

    /** @param what the object, for errors */
    Fields(JsonNode node, String what) {
        if (!node.isObject()) {
            throw SandboxException.invalid(what, article(node), "a JSON object");
        }
        this.node = node;
    }

    Optional<String> text(String name) {
        return find(name, "text", JsonNode::isTextual).map(JsonNode::textValue);
    }

    Optional<Boolean> bool(String name) {
        return find(name, "true or false", JsonNode::isBoolean).map(JsonNode::booleanValue);
    }

    Optional<Double> number(String name) {
        return find(name, "a number", JsonNode::isNumber).map(JsonNode::doubleValue);
    }

    Optional<Long> whole(String name) {
        return find(name, "a whole number", node -> node.isIntegralNumber() && node.canConvertToLong())
                .map(JsonNode::longValue);
    }

    Optional<Integer> small(String name) {
        return find(name, "a whole number", node -> node.isIntegralNumber() && node.canConvertToInt())
                .map(JsonNode::intValue);
    }

    Optional<Duration> duration(String name) {
        return text(name).map(text -> parsed(name, text, Duration::parse, "an ISO 8601 duration such as PT90S"));
    }

    Optional<Instant> instant(String name) {
        return text(name)
                .map(text -> parsed(name, text, Instant::parse, "an ISO 8601 time such as 2026-01-01T00:00:00Z"));
    }

    <T extends Enum<T>> Optional<T> word(String name, T[] values) {
        return text(name).map(text -> value(name, text, values));
    }

    static <T extends Enum<T>> T value(String name, String word, T[] values) {
        for (T value : values) {
            if (word(value).equals(word)) {
                return value;
            }
        }
        throw SandboxException.invalid(
                name,
                "unknown",
                String.join(", ", List.of(values).stream().map(Fields::word).toList()));
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    Optional<Fields> object(String name) {
        return find(name, "a JSON object", JsonNode::isObject).map(node -> new Fields(node, name));
    }

    /** As it stands, for who reads it as a value of its own. */
    Optional<JsonNode> json(String name) {
        return find(name, "a JSON object", JsonNode::isObject);
    }

    List<String> texts(String name) {
        var texts = new ArrayList<String>();
        find(name, "a list of texts", JsonNode::isArray)
                .ifPresent(array -> array.forEach(item -> {
                    if (!item.isTextual()) {
                        throw SandboxException.invalid(name, "a list with " + article(item), "a list of texts");
                    }
                    texts.add(item.textValue());
                }));
        return texts;
    }

    Map<String, String> textMap(String name) {
        var texts = new LinkedHashMap<String, String>();
        find(name, "a JSON object of texts", JsonNode::isObject)
                .ifPresent(object -> object.forEachEntry((key, value) -> {
                    if (!value.isTextual()) {
                        throw SandboxException.invalid(name, "an object with " + article(value), "an object of texts");
                    }
                    texts.put(key, value.textValue());
                }));
        return texts;
    }

    Map<String, @Nullable Object> any(String name) {
        return find(name, "a JSON object", JsonNode::isObject).map(Plain::map).orElseGet(LinkedHashMap::new);
    }

    JsonNode array(String name) {
        return need(name, find(name, "a list", JsonNode::isArray));
    }

    String needText(String name) {
        return need(name, text(name));
    }

    int needInt(String name) {
        return need(name, small(name));
    }

    long needLong(String name) {
        return need(name, whole(name));
    }

    <T> T need(String name, Optional<T> value) {
        return value.orElseThrow(() -> SandboxException.invalid(name, "missing", "a value"));
    }

    /** Refuses fields that were not asked for: a misspelt one would otherwise be ignored in silence. */
    void nothingElse() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String shown = name.length() > 80 ? name.substring(0, 80) : name;
                throw SandboxException.invalid(
                        "field \"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"",
                        "unknown",
                        String.join(", ", known.stream().sorted().toList()));
            }
        });
    }

    private Optional<JsonNode> find(String name, String type, Function<JsonNode, Boolean> fits) {
        known.add(name);
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!fits.apply(value)) {
            throw SandboxException.invalid(name, article(value), type);
        }
        return Optional.of(value);
    }

    private static <T> T parsed(String name, String text, Function<String, T> parse, String allowed) {
        try {
            return parse.apply(text);
        } catch (DateTimeException e) {
            throw SandboxException.invalid(name, "something else", allowed);
        }
    }

    private static String article(JsonNode node) {
        JsonNodeType type = node.getNodeType();
        return switch (type) {
            case ARRAY, OBJECT -> "an " + word(type);
            case MISSING, NULL -> "null";
            default -> "a " + word(type);
        };
    }
}
