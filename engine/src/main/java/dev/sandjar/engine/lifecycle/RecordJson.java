package dev.sandjar.engine.lifecycle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.Metadata;
import dev.sandjar.Network;
import dev.sandjar.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link SandboxRecord} as JSON text, version 1. Fields are only ever added. */
final class RecordJson {
    static final int VERSION = 1;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordJson() {}

    static String write(SandboxRecord record) {
        SandboxSpec spec = record.spec();
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        node.put("owner", record.owner());
        node.put("createdAt", record.createdAt().toString());
        node.put("expiresAt", record.expiresAt().toString());
        record.idempotencyKey().ifPresent(key -> node.put("idempotencyKey", key));
        spec.image().ifPresent(image -> node.put("image", image));
        spec.template().ifPresent(template -> node.put("template", template));
        spec.ttl().ifPresent(ttl -> node.put("ttlMillis", ttl.toMillis()));
        spec.idleTimeout().ifPresent(idle -> node.put("idleMillis", idle.toMillis()));
        node.set("env", JSON.valueToTree(spec.env()));
        spec.cwd().ifPresent(cwd -> node.put("cwd", cwd));
        spec.user().ifPresent(user -> node.put("user", user));
        spec.cpu().ifPresent(cpu -> node.put("cpu", cpu));
        spec.memory().ifPresent(memory -> node.put("memory", memory));
        spec.pids().ifPresent(pids -> node.put("pids", pids));
        spec.disk().ifPresent(disk -> node.put("disk", disk));
        node.set("metadata", JSON.valueToTree(spec.metadata().values()));
        node.set("sshPublicKeys", JSON.valueToTree(spec.sshPublicKeys()));
        spec.network().ifPresent(network -> node.put("network", network.name()));
        return node.toString();
    }

    /** Empty for what this version cannot read. */
    static Optional<SandboxRecord> read(String text) {
        try {
            return Optional.of(read(JSON.readTree(text)));
        } catch (JsonProcessingException
                | RuntimeException e) { // whatever is wrong with it, one record must not stop an engine
            return Optional.empty();
        }
    }

    /** 0 for what is no record at all. */
    static int version(String text) {
        try {
            return JSON.readTree(text).path("version").asInt();
        } catch (JsonProcessingException e) {
            return 0;
        }
    }

    private static SandboxRecord read(JsonNode node) {
        if (node.path("version").asInt() != VERSION) {
            throw new IllegalArgumentException("not a record of version " + VERSION);
        }
        var builder = SandboxSpec.builder();
        String image = text(node, "image");
        if (image != null) {
            builder.image(image);
        }
        String template = text(node, "template");
        if (template != null) {
            builder.template(template);
        }
        if (node.has("ttlMillis")) {
            builder.ttl(Duration.ofMillis(node.get("ttlMillis").longValue()));
        }
        if (node.has("idleMillis")) {
            builder.idleTimeout(Duration.ofMillis(node.get("idleMillis").longValue()));
        }
        String cwd = text(node, "cwd");
        if (cwd != null) {
            builder.cwd(cwd);
        }
        String user = text(node, "user");
        if (user != null) {
            builder.user(user);
        }
        if (node.has("cpu")) {
            builder.cpu(node.get("cpu").doubleValue());
        }
        if (node.has("memory")) {
            builder.memory(node.get("memory").longValue());
        }
        if (node.has("pids")) {
            builder.pids(node.get("pids").intValue());
        }
        if (node.has("disk")) {
            builder.disk(node.get("disk").longValue());
        }
        var keys = new ArrayList<String>();
        node.path("sshPublicKeys").forEach(key -> keys.add(key.textValue()));
        builder.env(JSON.convertValue(node.path("env"), new TypeReference<Map<String, String>>() {}))
                .metadata(Metadata.of(
                        JSON.convertValue(node.path("metadata"), new TypeReference<Map<String, Object>>() {})))
                .sshPublicKeys(keys);
        String network = text(node, "network");
        if (network != null) {
            builder.network(Network.valueOf(network));
        }
        return new SandboxRecord(
                node.path("owner").asText(),
                builder.build(),
                instant(node, "createdAt"),
                instant(node, "expiresAt"),
                Optional.ofNullable(text(node, "idempotencyKey")));
    }

    /** Of this era and the next: what is beyond cannot be told to clients, nor counted to. */
    private static Instant instant(JsonNode node, String field) {
        Instant at = Instant.parse(node.path(field).asText());
        if (at.isBefore(Instant.EPOCH) || at.isAfter(LATEST)) {
            throw new IllegalArgumentException(field + " is out of range");
        }
        return at;
    }

    private static @Nullable String text(JsonNode node, String field) {
        return node.path(field).textValue();
    }
}
