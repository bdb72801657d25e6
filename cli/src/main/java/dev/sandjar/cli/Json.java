package dev.sandjar.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandInfo;
import dev.sandjar.Ending;
import dev.sandjar.SandboxInfo;

/** Facts as JSON; field names are stable. */
final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode of(SandboxInfo info) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", info.id().toString());
        node.put("state", info.state().word());
        info.reason().ifPresent(reason -> node.put("reason", reason));
        node.put("image", info.image());
        info.template().ifPresent(template -> node.put("template", template));
        node.put("createdAt", info.createdAt().toString());
        node.put("expiresAt", info.expiresAt().toString());
        node.put("lastActivityAt", info.lastActivityAt().toString());
        node.put("workspace", info.workspace());
        node.set("metadata", MAPPER.valueToTree(info.spec().metadata().values()));
        node.set("weaknesses", MAPPER.valueToTree(info.weaknesses()));
        return node;
    }

    static ObjectNode of(CommandInfo info) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", info.id().toString());
        node.set("argv", MAPPER.valueToTree(info.argv()));
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
