package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandSpec;
import dev.sandjar.Metadata;
import dev.sandjar.Network;
import dev.sandjar.ProcessId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What is wanted, as JSON. A field that is not known is refused. */
public final class Specs {
    private Specs() {}

    /** A sandbox that is wanted. */
    public static ObjectNode write(SandboxSpec spec) {
        ObjectNode node = Json.object();
        spec.image().ifPresent(image -> node.put("image", image));
        spec.template().ifPresent(template -> node.put("template", template));
        spec.ttl().ifPresent(ttl -> node.put("ttl", ttl.toString()));
        spec.idleTimeout().ifPresent(idle -> node.put("idleTimeout", idle.toString()));
        if (!spec.env().isEmpty()) {
            node.set("env", Json.MAPPER.valueToTree(spec.env()));
        }
        spec.cwd().ifPresent(cwd -> node.put("cwd", cwd));
        spec.user().ifPresent(user -> node.put("user", user));
        spec.cpu().ifPresent(cpu -> node.put("cpu", cpu));
        spec.memory().ifPresent(memory -> node.put("memory", memory));
        spec.pids().ifPresent(pids -> node.put("pids", pids));
        spec.disk().ifPresent(disk -> node.put("disk", disk));
        if (!spec.metadata().values().isEmpty()) {
            node.set("metadata", Json.MAPPER.valueToTree(spec.metadata().values()));
        }
        if (!spec.sshPublicKeys().isEmpty()) {
            node.set("sshPublicKeys", Json.MAPPER.valueToTree(spec.sshPublicKeys()));
        }
        spec.network().ifPresent(network -> node.put("network", Fields.word(network)));
        return node;
    }

    /** A sandbox that is wanted; checks it as every spec is checked. */
    public static SandboxSpec sandbox(JsonNode json) {
        var fields = new Fields(json, "sandbox");
        SandboxSpec spec = sandbox(fields);
        fields.nothingElse();
        return spec;
    }

    static SandboxSpec sandbox(Fields fields) {
        return new SandboxSpec(
                fields.text("image"),
                fields.text("template"),
                fields.duration("ttl"),
                fields.duration("idleTimeout"),
                fields.textMap("env"),
                fields.text("cwd"),
                fields.text("user"),
                fields.number("cpu").map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                fields.whole("memory").map(OptionalLong::of).orElse(OptionalLong.empty()),
                fields.small("pids").map(OptionalInt::of).orElse(OptionalInt.empty()),
                fields.whole("disk").map(OptionalLong::of).orElse(OptionalLong.empty()),
                Metadata.of(fields.any("metadata")),
                fields.texts("sshPublicKeys"),
                fields.word("network", Network.values()));
    }

    /** A command that is wanted. */
    public static ObjectNode write(CommandSpec spec) {
        ObjectNode node = Json.object();
        node.set("argv", Json.MAPPER.valueToTree(spec.argv()));
        if (!spec.env().isEmpty()) {
            node.set("env", Json.MAPPER.valueToTree(spec.env()));
        }
        spec.cwd().ifPresent(cwd -> node.put("cwd", cwd));
        node.put("limit", spec.limit().toString());
        node.put("stdin", spec.stdin());
        spec.terminal().ifPresent(window -> node.set("terminal", write(window)));
        if (spec.orSh()) {
            node.put("orSh", true);
        }
        return node.put("retention", Fields.word(spec.retention()));
    }

    /** A command that is wanted; checks it as every spec is checked. */
    public static CommandSpec command(JsonNode json) {
        var fields = new Fields(json, "command");
        var builder = CommandSpec.builder(fields.texts("argv"))
                .env(fields.textMap("env"))
                .stdin(fields.bool("stdin").orElse(false))
                .orSh(fields.bool("orSh").orElse(false));
        fields.text("cwd").ifPresent(builder::cwd);
        fields.duration("limit").ifPresent(builder::limit);
        fields.object("terminal").map(Specs::window).ifPresent(builder::terminal);
        fields.word("retention", CommandSpec.Retention.values()).ifPresent(builder::retention);
        fields.nothingElse();
        return builder.build();
    }

    /** A terminal's size. */
    public static ObjectNode write(Window window) {
        return Json.object().put("rows", window.rows()).put("columns", window.columns());
    }

    /** A terminal's size. */
    public static Window window(JsonNode json) {
        return window(new Fields(json, "window"));
    }

    private static Window window(Fields fields) {
        var window = new Window(fields.needInt("rows"), fields.needInt("columns"));
        fields.nothingElse();
        return window;
    }

    /** A lifetime. */
    public static ObjectNode write(Duration ttl) {
        return Json.object().put("ttl", ttl.toString());
    }

    /** A lifetime. */
    public static Duration ttl(JsonNode json) {
        var fields = new Fields(json, "lifetime");
        Duration ttl = fields.need("ttl", fields.duration("ttl"));
        fields.nothingElse();
        return ttl;
    }

    /** The only field of {@code {"signal": 15}}. */
    public static int signal(JsonNode json) {
        var fields = new Fields(json, "body");
        int signal = fields.needInt("signal");
        fields.nothingElse();
        return signal;
    }

    /** A signal to a process: {@code {"signal": 15, "startedAt": "…"}}; its number is in the path. */
    public static ObjectNode write(ProcessId process, Signal signal) {
        return Json.object()
                .put("signal", signal.number())
                .put("startedAt", process.startedAt().toString());
    }

    /**
     * A signal to a process.
     *
     * @param signal which
     * @param startedAt when the process started
     */
    public record ProcessSignal(Signal signal, Instant startedAt) {}

    /** A signal to a process. */
    public static ProcessSignal processSignal(JsonNode json) {
        var fields = new Fields(json, "body");
        var signal = new ProcessSignal(
                new Signal(fields.needInt("signal")), fields.need("startedAt", fields.instant("startedAt")));
        fields.nothingElse();
        return signal;
    }

    /** The only field of an object, a text such as {@code {"reference": "python:3.11"}}. */
    public static String only(JsonNode json, String name) {
        var fields = new Fields(json, "body");
        String only = fields.needText(name);
        fields.nothingElse();
        return only;
    }

    /** The only two fields of an object, texts such as {@code {"from": "a", "to": "b"}}. */
    public static String[] pair(JsonNode json, String first, String second) {
        var fields = new Fields(json, "body");
        String[] pair = {fields.needText(first), fields.needText(second)};
        fields.nothingElse();
        return pair;
    }
}
