package dev.sandjar.cli;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandInfo;
import dev.sandjar.Ending;
import dev.sandjar.Finding;
import dev.sandjar.ImageInfo;
import dev.sandjar.Network;
import dev.sandjar.ProcessInfo;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxStats;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Facts as JSON; field names are stable. Pure ASCII, so that it survives any terminal and steers none. */
final class Json {
    static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    static void print(JsonNode document) {
        System.out.println(text(document));
    }

    static String text(JsonNode document) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (com.fasterxml.jackson.core.JsonProcessingException impossible) {
            throw new IllegalStateException(impossible); // a tree of values has a text
        }
    }

    static <T> ArrayNode array(List<T> things, Function<T, ObjectNode> as) {
        ArrayNode array = MAPPER.createArrayNode();
        things.forEach(thing -> array.add(as.apply(thing)));
        return array;
    }

    /** Everything but the values of environment variables, which may be secrets. */
    static ObjectNode of(SandboxInfo info) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", info.id().toString());
        node.put("state", info.state().word());
        info.reason().ifPresent(reason -> node.put("reason", reason));
        node.put("owner", info.owner());
        node.put("image", info.image());
        info.template().ifPresent(template -> node.put("template", template));
        node.put("createdAt", info.createdAt().toString());
        node.put("expiresAt", info.expiresAt().toString());
        node.put("lastActivityAt", info.lastActivityAt().toString());
        node.put("workspace", info.workspace());
        limits(node, info.spec());
        node.set("metadata", MAPPER.valueToTree(info.spec().metadata().values()));
        node.set("weaknesses", MAPPER.valueToTree(info.weaknesses()));
        return node;
    }

    private static void limits(ObjectNode node, SandboxSpec spec) {
        spec.ttl().ifPresent(ttl -> node.put("ttlSeconds", ttl.toSeconds()));
        spec.idleTimeout().ifPresent(idle -> node.put("idleTimeoutSeconds", idle.toSeconds()));
        spec.cpu().ifPresent(cpu -> node.put("cpu", cpu));
        spec.memory().ifPresent(memory -> node.put("memory", memory));
        spec.pids().ifPresent(pids -> node.put("pids", pids));
        spec.disk().ifPresent(disk -> node.put("disk", disk));
        spec.user().ifPresent(user -> node.put("user", user));
        spec.cwd().ifPresent(cwd -> node.put("cwd", cwd));
        node.put("network", spec.network().orElse(Network.NONE).name().toLowerCase(Locale.ROOT));
        node.set("envNames", MAPPER.valueToTree(spec.env().keySet()));
    }

    static ObjectNode of(CommandInfo info) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", info.id().toString());
        node.set("argv", MAPPER.valueToTree(info.argv()));
        node.put("argvCut", info.argvCut());
        node.put("pid", info.pid());
        node.put("startedAt", info.startedAt().toString());
        node.put("running", info.ending().isEmpty());
        info.ending().ifPresent(ending -> {
            node.put("ending", word(ending));
            node.put("exitCode", ending.shellStatus());
        });
        node.put("oldest", info.oldest());
        node.put("written", info.written());
        return node;
    }

    static ObjectNode of(ProcessInfo info) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("pid", info.id().pid());
        node.put("startedAt", info.id().startedAt().toString());
        info.parent().ifPresent(parent -> node.put("parent", parent));
        node.put("state", word(info.state()));
        node.put("cpuSeconds", info.cpu().toMillis() / 1000.0);
        node.put("memory", info.memory());
        info.command().ifPresent(command -> node.put("command", command.toString()));
        node.put("name", info.name());
        node.set("argv", MAPPER.valueToTree(info.argv()));
        node.put("argvCut", info.argvCut());
        return node;
    }

    static ObjectNode of(SandboxStats stats) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("cpuSeconds", stats.cpu().toMillis() / 1000.0);
        node.put("memory", stats.memory());
        stats.memoryLimit().ifPresent(limit -> node.put("memoryLimit", limit));
        node.put("processes", stats.processes());
        stats.disk().ifPresent(disk -> node.put("disk", disk));
        return node;
    }

    static ObjectNode of(ImageInfo image) {
        return MAPPER.createObjectNode()
                .put("reference", image.reference())
                .put("digest", image.digest())
                .put("size", image.size());
    }

    static ObjectNode of(Finding finding) {
        return MAPPER.createObjectNode()
                .put("code", finding.code())
                .put("level", finding.level().name())
                .put("seen", finding.seen())
                .put("remedy", finding.remedy());
    }

    static String word(ProcessInfo.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String word(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int code) -> "exited " + code;
            case Ending.Killed(var signal) -> "killed by " + signal;
            case Ending.TimedOut(var limit) -> "timed out after " + limit.toSeconds() + " s";
            case Ending.OutOfMemory _ -> "out of memory";
            case Ending.Lost _ -> "lost";
        };
    }
}
