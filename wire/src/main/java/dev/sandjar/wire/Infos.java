package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.FileEvent;
import dev.sandjar.FileInfo;
import dev.sandjar.Finding;
import dev.sandjar.ImageInfo;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxState;
import dev.sandjar.SandboxStats;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** What is seen, as JSON. A field that is not known is passed over: a newer server may say more. */
public final class Infos {
    private Infos() {}

    /** Where a port is seen: {@code {"url"}}. */
    public static URI url(JsonNode json) {
        String url = new Fields(json, "address").needText("url");
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw SandboxException.invalid("url", "something else", "an address");
        }
    }

    public static ObjectNode write(SandboxInfo info) {
        ObjectNode node = Json.object()
                .put("id", info.id().toString())
                .put("state", Fields.word(info.state()))
                .put("owner", info.owner())
                .put("image", info.image())
                .put("createdAt", info.createdAt().toString())
                .put("expiresAt", info.expiresAt().toString())
                .put("lastActivityAt", info.lastActivityAt().toString())
                .put("workspace", info.workspace());
        info.reason().ifPresent(reason -> node.put("reason", reason));
        info.template().ifPresent(template -> node.put("template", template));
        node.set("weaknesses", Json.MAPPER.valueToTree(info.weaknesses()));
        node.set("spec", Specs.write(info.spec()));
        return node;
    }

    public static SandboxInfo sandbox(JsonNode json) {
        var fields = new Fields(json, "sandbox");
        return new SandboxInfo(
                SandboxId.parse(fields.needText("id"))
                        .orElseThrow(() -> SandboxException.invalid("id", "something else", "a UUID")),
                fields.need("state", fields.word("state", SandboxState.values())),
                fields.text("reason"),
                fields.needText("owner"),
                fields.needText("image"),
                fields.text("template"),
                time(fields, "createdAt"),
                time(fields, "expiresAt"),
                time(fields, "lastActivityAt"),
                fields.needText("workspace"),
                fields.texts("weaknesses"),
                Specs.sandbox(fields.need("spec", fields.object("spec"))));
    }

    public static ObjectNode write(SandboxPage page) {
        ObjectNode node = Json.object().put("total", page.total());
        node.set("sandboxes", Json.array(page.sandboxes(), Infos::write));
        return node;
    }

    /** The query parameter "state" of a list: {@code running,paused}. */
    public static String write(Set<SandboxState> states) {
        return states.stream().map(Fields::word).collect(Collectors.joining(","));
    }

    public static Set<SandboxState> states(String words) {
        var states = EnumSet.noneOf(SandboxState.class);
        for (String word : words.split(",", -1)) {
            states.add(Fields.value("state", word, SandboxState.values()));
        }
        return states;
    }

    public static SandboxPage page(JsonNode json) {
        var fields = new Fields(json, "page");
        return new SandboxPage(Json.list(fields.array("sandboxes"), Infos::sandbox), fields.needInt("total"));
    }

    public static ObjectNode write(CommandInfo info) {
        ObjectNode node = Json.object()
                .put("id", info.id().toString())
                .put("pid", info.pid())
                .put("startedAt", info.startedAt().toString())
                .put("oldest", info.oldest())
                .put("written", info.written());
        node.set("argv", Json.MAPPER.valueToTree(info.argv()));
        info.ending().ifPresent(ending -> node.set("ending", Endings.write(ending)));
        return info.argvCut() ? node.put("argvCut", true) : node;
    }

    public static CommandInfo command(JsonNode json) {
        var fields = new Fields(json, "command");
        return new CommandInfo(
                commandId(fields.needText("id")),
                fields.texts("argv"),
                fields.bool("argvCut").orElse(false),
                fields.needInt("pid"),
                time(fields, "startedAt"),
                fields.object("ending").map(Endings::read),
                fields.needLong("oldest"),
                fields.needLong("written"));
    }

    public static ObjectNode write(ProcessInfo info) {
        ObjectNode node = Json.object()
                .put("pid", info.id().pid())
                .put("startedAt", info.id().startedAt().toString())
                .put("state", Fields.word(info.state()))
                .put("cpu", info.cpu().toString())
                .put("memory", info.memory())
                .put("name", info.name());
        info.parent().ifPresent(parent -> node.put("parent", parent));
        info.command().ifPresent(command -> node.put("command", command.toString()));
        node.set("argv", Json.MAPPER.valueToTree(info.argv()));
        return info.argvCut() ? node.put("argvCut", true) : node;
    }

    public static ProcessInfo process(JsonNode json) {
        var fields = new Fields(json, "process");
        return new ProcessInfo(
                new ProcessId(fields.needInt("pid"), time(fields, "startedAt")),
                fields.small("parent").map(OptionalInt::of).orElse(OptionalInt.empty()),
                fields.need("state", fields.word("state", ProcessInfo.State.values())),
                fields.need("cpu", fields.duration("cpu")),
                fields.needLong("memory"),
                fields.text("command").map(Infos::commandId),
                fields.needText("name"),
                fields.texts("argv"),
                fields.bool("argvCut").orElse(false));
    }

    private static CommandId commandId(String text) {
        return CommandId.parse(text).orElseThrow(() -> SandboxException.invalid("id", "something else", "a UUID"));
    }

    public static ObjectNode write(SandboxStats stats) {
        ObjectNode node = Json.object()
                .put("cpu", stats.cpu().toString())
                .put("memory", stats.memory())
                .put("processes", stats.processes());
        stats.memoryLimit().ifPresent(limit -> node.put("memoryLimit", limit));
        stats.disk().ifPresent(disk -> node.put("disk", disk));
        return node;
    }

    public static SandboxStats stats(JsonNode json) {
        var fields = new Fields(json, "stats");
        return new SandboxStats(
                fields.need("cpu", fields.duration("cpu")),
                fields.needLong("memory"),
                optional(fields.whole("memoryLimit")),
                fields.needInt("processes"),
                optional(fields.whole("disk")));
    }

    public static ObjectNode write(FileInfo info) {
        return Json.object()
                .put("name", info.name())
                .put("path", info.path())
                .put("type", Fields.word(info.type()))
                .put("size", info.size())
                .put("mode", info.mode())
                .put("modifiedAt", info.modifiedAt().toString());
    }

    public static FileInfo file(JsonNode json) {
        var fields = new Fields(json, "file");
        return new FileInfo(
                fields.needText("name"),
                fields.needText("path"),
                fields.need("type", fields.word("type", FileInfo.Type.values())),
                fields.needLong("size"),
                fields.needInt("mode"),
                time(fields, "modifiedAt"));
    }

    public static ObjectNode write(FileEvent event) {
        return Json.object().put("kind", Fields.word(event.kind())).put("path", event.path());
    }

    public static FileEvent fileEvent(JsonNode json) {
        var fields = new Fields(json, "event");
        return new FileEvent(
                fields.need("kind", fields.word("kind", FileEvent.Kind.values())), fields.needText("path"));
    }

    public static ObjectNode write(ImageInfo info) {
        return Json.object()
                .put("reference", info.reference())
                .put("digest", info.digest())
                .put("size", info.size());
    }

    public static ImageInfo image(JsonNode json) {
        var fields = new Fields(json, "image");
        return new ImageInfo(fields.needText("reference"), fields.needText("digest"), fields.needLong("size"));
    }

    public static ObjectNode write(Finding finding) {
        return Json.object()
                .put("code", finding.code())
                .put("level", Fields.word(finding.level()))
                .put("seen", finding.seen())
                .put("remedy", finding.remedy());
    }

    public static Finding finding(JsonNode json) {
        var fields = new Fields(json, "finding");
        return new Finding(
                fields.needText("code"),
                fields.need("level", fields.word("level", Finding.Level.values())),
                fields.needText("seen"),
                fields.needText("remedy"));
    }

    private static Instant time(Fields fields, String name) {
        return fields.need(name, fields.instant(name));
    }

    private static OptionalLong optional(Optional<Long> value) {
        return value.map(OptionalLong::of).orElse(OptionalLong.empty());
    }
}
