package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON trees as Java's own maps, lists and values, as {@link dev.sandjar.Metadata} has them. */
final class Plain {
    private Plain() {}

    static Map<String, @Nullable Object> map(JsonNode object) {
        var map = new LinkedHashMap<String, @Nullable Object>();
        object.forEachEntry((name, value) -> map.put(name, value(value)));
        return map;
    }

    private static List<@Nullable Object> list(JsonNode array) {
        var list = new ArrayList<@Nullable Object>(array.size());
        array.forEach(item -> list.add(value(item)));
        return list;
    }

    private static @Nullable Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> map(node);
            case ARRAY -> list(node);
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> number(node);
            default -> null;
        };
    }

    /** A double where that says the same, otherwise every digit. */
    private static Number number(JsonNode node) {
        if (!node.isBigDecimal()) {
            return node.numberValue();
        }
        BigDecimal exact = node.decimalValue();
        double near = exact.doubleValue();
        return Double.isFinite(near) && BigDecimal.valueOf(near).compareTo(exact) == 0 ? (Number) near : exact;
    }
}
