package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.server.limit.Transfers.Kind;
import dev.sandjar.wire.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** {@code /get_website_console_logs}: what a page says on its console in a browser inside the sandbox, until two seconds after its network is idle. */
final class ConsoleLogs {
    private static final Duration NAVIGATION = Duration.ofSeconds(30);
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);
    private static final Set<String> HARMLESS = Set.of("warning", "debug", "info", "log");
    private static final int MOST = 1_000; // messages
    private static final int LARGEST = 1 << 20; // characters of them all

    private final Sessions sessions;

    ConsoleLogs(Sessions sessions) {
        this.sessions = sessions;
    }

    void get(Call call) throws IOException, InterruptedException {
        Fields fields = call.body("session_id", "full_url");
        String name = fields.session();
        String url = fields.text("full_url");
        if (!url.matches("(?i)https?://.+")) {
            fields.refuse("url_scheme", "full_url", "URL scheme should be 'http' or 'https'");
        }
        fields.check();
        Session session = sessions.find(call, name);
        try (var _ = Transfers.begin(Kind.FILE, call.owner());
                var browser = new Browser(session.sandbox())) {
            call.answer(new Visit(browser).of(url));
        }
    }

    /** One page, seen once. */
    private static final class Visit {
        private final Browser browser;
        private final ObjectNode seen = Json.object();
        private final ArrayNode logs = seen.putArray("logs");
        private final ArrayNode errors = seen.putArray("errors");
        private final Set<String> idle = new HashSet<>(); // loads whose network is
        private int characters;
        private boolean full;

        Visit(Browser browser) {
            this.browser = browser;
        }

        ObjectNode of(String url) throws IOException, InterruptedException {
            long end = System.nanoTime() + NAVIGATION.toNanos();
            String page = open(end);
            JsonNode load = browser.call(page, "Page.navigate", Json.object().put("url", url), end, this::take);
            if (load.has("errorText")) {
                return error(load.path("errorText").asText());
            }
            while (!idle.contains(load.path("loaderId").asText())) {
                Optional<JsonNode> next = browser.next(end);
                if (next.isEmpty()) {
                    return error("Timeout " + NAVIGATION.toSeconds() + " s exceeded while waiting for an idle network");
                }
                take(next.get());
            }
            long later = System.nanoTime() + AFTERWARDS.toNanos();
            for (Optional<JsonNode> next = browser.next(later); next.isPresent(); next = browser.next(later)) {
                take(next.get());
            }
            return seen;
        }

        private static ObjectNode error(String text) {
            return Json.object().put("error", text);
        }

        /** An empty page that tells all. */
        private String open(long end) throws IOException, InterruptedException {
            ObjectNode blank = Json.object().put("url", "about:blank");
            String target = browser.call("", "Target.createTarget", blank, end, this::take)
                    .path("targetId")
                    .asText();
            ObjectNode attach = Json.object().put("targetId", target).put("flatten", true);
            String page = browser.call("", "Target.attachToTarget", attach, end, this::take)
                    .path("sessionId")
                    .asText();
            for (String domain : new String[] {"Runtime.enable", "Log.enable", "Page.enable"}) {
                browser.call(page, domain, Json.object(), end, this::take);
            }
            ObjectNode on = Json.object().put("enabled", true);
            browser.call(page, "Page.setLifecycleEventsEnabled", on, end, this::take);
            return page;
        }

        private void take(JsonNode event) {
            JsonNode about = event.path("params");
            switch (event.path("method").asText()) {
                case "Page.lifecycleEvent" -> {
                    if (about.path("name").asText().equals("networkIdle")) {
                        idle.add(about.path("loaderId").asText());
                    }
                }
                case "Runtime.consoleAPICalled" -> add(about.path("type").asText(), text(about.path("args")));
                case "Log.entryAdded" ->
                    add(
                            about.path("entry").path("level").asText(),
                            about.path("entry").path("text").asText());
                case "Runtime.exceptionThrown" -> {
                    JsonNode details = about.path("exceptionDetails");
                    add(
                            "error",
                            details.path("exception")
                                    .path("description")
                                    .asText(details.path("text").asText()));
                }
                default -> {}
            }
        }

        private static String text(JsonNode arguments) {
            var text = new StringBuilder();
            for (JsonNode argument : arguments) {
                JsonNode value = argument.path("value");
                String one = value.isMissingNode()
                        ? argument.path("description")
                                .asText(argument.path("unserializableValue")
                                        .asText(argument.path("type").asText()))
                        : value.isTextual() ? value.asText() : value.toString();
                text.append(text.isEmpty() ? "" : " ").append(one);
            }
            return text.toString();
        }

        private void add(String type, String text) {
            characters += text.length();
            if (logs.size() + errors.size() < MOST && characters <= LARGEST) {
                (HARMLESS.contains(type) ? logs : errors)
                        .addObject()
                        .put("type", type)
                        .put("text", text);
            } else if (!full) {
                full = true;
                errors.addObject().put("type", "error").put("text", "[sandjar: more messages than are kept]");
            }
        }
    }
}
