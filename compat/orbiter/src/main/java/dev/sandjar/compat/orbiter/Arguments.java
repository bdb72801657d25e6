package dev.sandjar.compat.orbiter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A built-in tool's arguments, each read by its name; one that is unknown is refused. */
final class Arguments {
    private final String tool;
    private final Map<String, Object> given;

    Arguments(String tool, Map<String, Object> given, List<String> known) {
        this.tool = tool;
        this.given = given;
        var unknown = new TreeSet<>(given.keySet());
        known.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new ToolException("'" + unknown.first() + "' is no argument of " + tool + ", which takes "
                    + String.join(", ", known));
        }
    }

    Optional<String> text(String name) {
        Object value = given.get(name);
        if (value != null && !(value instanceof String)) {
            throw new ToolException("'" + name + "' of " + tool + " must be text");
        }
        return Optional.ofNullable((String) value);
    }

    String required(String name) {
        return text(name).orElseThrow(() -> new ToolException("'" + name + "' is required for " + tool));
    }

    /** A JSON schema of an object with texts, the first ones of which are required. */
    static Map<String, Object> schema(int required, Map<String, String> texts) {
        var properties = new LinkedHashMap<String, Object>();
        texts.forEach((name, what) -> properties.put(name, Map.of("type", "string", "description", what)));
        return Map.of(
                "type",
                "object",
                "properties",
                properties,
                "required",
                List.copyOf(texts.keySet()).subList(0, required),
                "additionalProperties",
                false);
    }
}
