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
import java.util.Set;

/** {@code /get_website_console_logs}: what a page says on its console in a browser inside the sandbox, until two seconds after its network is idle. */
final class ConsoleLogs {
    private static final Duration NAVIGATION = Duration.ofSeconds(30);
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);
    private static final Set<String> HARMLESS = Set.of("warning", "debug", "info", "log");
    private static final int MOST = 1_000; // messages
    private static final int LARGEST = 1 << 20; // characters of them all
    private static final int MOST_LOADS = 1_000; // of a page and its frames
    private static final int LONGEST_ID = 100; // of theirs 32
    private static final int LONGEST_URL = 8_192;

    private final Sessions sessions;

    ConsoleLogs(Sessions sessions) {
        this.sessions = sessions;
    }

    void get(Call call) throws IOException, InterruptedException {
        Fields fields = call.body("session_id", "full_url");
        String name = fields.session();
        String url = fields.text("full_url");
        if (url.length() > LONGEST_URL) {
            fields.refuse("url_too_long", "full_url", "URL should have at most " + LONGEST_URL + " characters");
        } else if (!url.matches("(?i)https?://.+")) {
            fields.refuse("url_scheme", "full_url", "URL scheme should be 'http' or 'https'");
        }
        fields.check();
        Session session = sessions.find(call, name);
        try (var _ = Transfers.begin(Kind.LIST, call.owner());
                var browser = new Browser(session.sandbox())) {
            ObjectNode seen = new Visit(browser).of(url);
            call.answer(json -> json.writeTree(seen));
        }
    }

    /** One page, seen once. The browser is somebody else's program: it may tell anything, without an end. */
    private static final class Visit {
        private final Browser browser;
        private final ObjectNode seen = Json.object();
        private final ArrayNode logs = seen.putArray("logs");
        private final ArrayNode errors = seen.putArray("errors");
        private final Set<String> idle = new HashSet<>(); // loads whose network is
        private int characters;
        private int lost;

        Visit(Browser browser) {
            this.browser = browser;
        }

        ObjectNode of(String url) throws IOException, InterruptedException {
            long end = System.nanoTime() + NAVIGATION.toNanos();
            Load load = navigate(open(end), url, end);
            if (!load.error.isEmpty()) {
                return error(load.error);
            }
            while (!idle.contains(load.id)) {
                if (!browser.next(end, this::take)) {
                    return error("Timeout " + NAVIGATION.toSeconds() + " s exceeded while waiting for an idle network");
                }
            }
            long later = System.nanoTime() + AFTERWARDS.toNanos();
            boolean more = true;
            while (more) {
                more = browser.next(later, this::take);
            }
            tellLost();
            return seen;
        }

        /** @param error why there is none, or empty */
        private record Load(String id, String error) {}

        private Load navigate(String page, String url, long end) throws IOException, InterruptedException {
            JsonNode load = browser.call(page, "Page.navigate", Json.object().put("url", url), end, this::take);
            return new Load(id(load, "loaderId"), load.path("errorText").asText());
        }

        private static ObjectNode error(String text) {
            return Json.object().put("error", text);
        }

        /** An empty page that tells all. */
        private String open(long end) throws IOException, InterruptedException {
            ObjectNode blank = Json.object().put("url", "about:blank");
            String target = id(browser.call("", "Target.createTarget", blank, end, this::take), "targetId");
            ObjectNode attach = Json.object().put("targetId", target).put("flatten", true);
            String page = id(browser.call("", "Target.attachToTarget", attach, end, this::take), "sessionId");
            for (String domain : new String[] {"Runtime.enable", "Log.enable", "Page.enable"}) {
                browser.call(page, domain, Json.object(), end, this::take);
            }
            ObjectNode on = Json.object().put("enabled", true);
            browser.call(page, "Page.setLifecycleEventsEnabled", on, end, this::take);
            return page;
        }

        private static String id(JsonNode from, String name) {
            String id = from.path(name).asText();
            if (id.length() > LONGEST_ID) {
                throw strange("an id that is none");
            }
            return id;
        }

        private static Refusal strange(String what) {
            return new Refusal(
                    502, "The browser in the sandbox tells of " + what + "; use an image with Chromium or Chrome");
        }

        private void take(JsonNode event) {
            JsonNode about = event.path("params");
            switch (event.path("method").asText()) {
                case "Page.lifecycleEvent" -> {
                    if (about.path("name").asText().equals("networkIdle")) {
                        idle(id(about, "loaderId"));
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

        private void idle(String load) {
            if (idle.size() == MOST_LOADS) {
                throw strange("more than " + MOST_LOADS + " loads of one page");
            }
            idle.add(load);
        }

        private void add(String type, String text) {
            int length = type.length() + text.length();
            if (logs.size() + errors.size() == MOST || length > LARGEST - characters) {
                lost++;
                return;
            }
            characters += length;
            (HARMLESS.contains(type) ? logs : errors)
                    .addObject()
                    .put("type", type)
                    .put("text", text);
        }

        private void tellLost() {
            int all = lost + browser.unreadable();
            if (all > 0) {
                errors.addObject()
                        .put("type", "error")
                        .put("text", "[sandjar: " + all + " messages are not here: too many, or too large]");
            }
        }
    }
}
