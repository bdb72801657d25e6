package dev.sandjar.compat.sessions;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The server's JSON as values. Tolerant where generations of the API differ; what the API always has must be there. */
final class Answers {
    static final ObjectMapper JSON = new ObjectMapper();

    private Answers() {}

    /** Anything that is not an object counts as an empty one. */
    static JsonNode tolerant(byte[] body) {
        try {
            return JSON.readTree(body) instanceof ObjectNode object ? object : MissingNode.getInstance();
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    static JsonNode object(byte[] body) {
        if (tolerant(body) instanceof ObjectNode object) {
            return object;
        }
        throw malformed("it is not a JSON object");
    }

    static Map<String, Object> map(JsonNode node) {
        return node.isObject() ? JSON.convertValue(node, new TypeReference<Map<String, Object>>() {}) : Map.of();
    }

    static Session session(JsonNode node) {
        return new Session(
                either(node, "sessionId", "sandboxId"),
                status(text(node, "status")),
                time(node, "createdAt"),
                time(node, "expiresAt"),
                optionalTime(node, "lastActivityAt"),
                map(node.path("metadata")));
    }

    private static String either(JsonNode node, String name, String newer) {
        return text(node, node.path(name).isTextual() ? name : newer);
    }

    private static SessionStatus status(String text) {
        for (SessionStatus status : SessionStatus.values()) {
            if (status.name().equalsIgnoreCase(text)) {
                return status;
            }
        }
        throw malformed("status is " + Checks.quoted(text) + ", allowed: running, paused");
    }

    static SessionPage page(JsonNode node, int limit, int offset) {
        JsonNode list = node.path("sessions").isArray() ? node.path("sessions") : node.path("sandboxes");
        List<Session> sessions = new ArrayList<>();
        list.forEach(one -> sessions.add(session(one)));
        return new SessionPage(
                sessions,
                node.path("total").asInt(offset + sessions.size()),
                node.path("limit").asInt(limit),
                node.path("offset").asInt(offset));
    }

    static RunResult run(JsonNode node) {
        JsonNode code = node.path("exitCode");
        OptionalInt exitCode = code.canConvertToInt() ? OptionalInt.of(code.intValue()) : OptionalInt.empty();
        return new RunResult(
                runStatus(node, exitCode),
                exitCode,
                node.path("stdout").asText(""),
                node.path("stderr").asText(""));
    }

    /** The oldest servers tell nothing but the exit code. */
    private static RunResult.Status runStatus(JsonNode node, OptionalInt exitCode) {
        if (!node.path("status").isTextual() && exitCode.isPresent()) {
            return exitCode.getAsInt() == 0 ? RunResult.Status.COMPLETED : RunResult.Status.FAILED;
        }
        String text = text(node, "status");
        for (RunResult.Status status : RunResult.Status.values()) {
            if (status.name().equalsIgnoreCase(text)) {
                return status;
            }
        }
        throw malformed("status is " + Checks.quoted(text) + ", allowed: completed, failed, timeout");
    }

    static SessionFile file(JsonNode node) {
        String name = text(node, "name");
        return new SessionFile(
                name,
                node.path("path").asText(name),
                type(node.path("type").asText("file")),
                node.path("size").asLong(0),
                optional(node, "permissions"),
                optionalTime(node, "createdAt"),
                optionalTime(node, "modifiedAt"),
                optional(node, "checksum"));
    }

    private static SessionFile.Type type(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "file" -> SessionFile.Type.FILE;
            case "directory" -> SessionFile.Type.DIRECTORY;
            case "symlink" -> SessionFile.Type.SYMLINK;
            default -> throw malformed("type is " + Checks.quoted(text) + ", allowed: file, directory, symlink");
        };
    }

    private static String text(JsonNode node, String name) {
        return optional(node, name).orElseThrow(() -> malformed("it has no " + name));
    }

    private static Optional<String> optional(JsonNode node, String name) {
        return Optional.ofNullable(node.path(name).textValue());
    }

    private static Instant time(JsonNode node, String name) {
        return instant(name, text(node, name));
    }

    private static Optional<Instant> optionalTime(JsonNode node, String name) {
        return optional(node, name).map(text -> instant(name, text));
    }

    /** With any fraction, or none; without a zone it is UTC. */
    private static Instant instant(String name, String text) {
        try {
            TemporalAccessor time =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            return time instanceof LocalDateTime local ? local.toInstant(ZoneOffset.UTC) : Instant.from(time);
        } catch (DateTimeException e) {
            throw malformed(name + " is " + Checks.quoted(text) + ", allowed: a time such as 2026-01-02T03:04:05Z");
        }
    }

    static SandboxApiException malformed(String why) {
        return new SandboxApiException(
                "the server's answer cannot be understood: " + why + "; look whether apiUrl is that of a sessions API",
                null,
                Map.of(),
                0);
    }
}
