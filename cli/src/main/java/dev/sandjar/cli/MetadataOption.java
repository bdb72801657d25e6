package dev.sandjar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.sandjar.Metadata;
import dev.sandjar.SandboxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Metadata from the command line: JSON objects and {@code key=value} pairs, a later one over an earlier. */
final class MetadataOption {
    private MetadataOption() {}

    static Metadata parse(List<String> texts) {
        var all = new LinkedHashMap<String, Object>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (text.strip().startsWith("{")) {
                all.putAll(object(text));
            } else if (equals > 0) {
                all.put(text.substring(0, equals), text.substring(equals + 1));
            } else {
                throw wrong();
            }
        }
        return Metadata.of(all);
    }

    private static Map<String, Object> object(String text) {
        try {
            return Json.MAPPER.readValue(text, new TypeReference<Map<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw wrong();
        }
    }

    private static SandboxException wrong() {
        return SandboxException.invalid(
                "metadata", "neither a JSON object nor a pair", "such as '{\"task\": 7}' or task=seven");
    }
}
