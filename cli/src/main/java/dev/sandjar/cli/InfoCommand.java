package dev.sandjar.cli;

import dev.sandjar.Network;
import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One sandbox. */
@Command(
        name = "info",
        description = "Show what is known of a sandbox.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar info 3fa8", "  sandjar info 3fa8 --json", "", Sandjar.PLAIN_EXIT_CODES})
final class InfoCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print all facts as JSON.")
    private boolean json;

    @Parameters(paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            SandboxInfo info = Place.find(sandboxes, id).info();
            System.out.println(json ? Json.text(Json.of(info)) : text(info, Instant.now()));
            return 0;
        }
    }

    static String text(SandboxInfo info, Instant now) {
        var lines = new Lines();
        lines.add("id", info.id());
        lines.add(
                "state",
                info.state().word() + info.reason().map(why -> " (" + why + ")").orElse(""));
        lines.add("owner", info.owner());
        lines.add("image", info.image());
        info.template().ifPresent(template -> lines.add("template", template));
        lines.add(
                "created", info.createdAt() + " (" + Text.duration(Duration.between(info.createdAt(), now)) + " ago)");
        lines.add("expires", info.expiresAt() + " (in " + Text.duration(Duration.between(now, info.expiresAt())) + ")");
        lines.add(
                "idle",
                info.spec()
                        .idleTimeout()
                        .map(idle -> "at most " + new Span(idle))
                        .orElse("no limit"));
        info.spec().cpu().ifPresent(cpu -> lines.add("cpu", cpu));
        info.spec().memory().ifPresent(memory -> lines.add("memory", Text.bytes(memory)));
        info.spec().pids().ifPresent(pids -> lines.add("processes", "at most " + pids));
        info.spec().disk().ifPresent(disk -> lines.add("disk", Text.bytes(disk)));
        info.spec().user().ifPresent(user -> lines.add("user", user));
        lines.add("network", info.spec().network().orElse(Network.NONE).name().toLowerCase(Locale.ROOT));
        lines.add("workspace", info.workspace());
        lines.add("metadata", Json.MAPPER.valueToTree(info.spec().metadata().values()));
        info.weaknesses().forEach(weakness -> lines.add("weakness", weakness));
        return lines.text.toString();
    }

    /** Name and value a line, none of which can steer a terminal. */
    private static final class Lines {
        private final StringBuilder text = new StringBuilder();

        void add(String name, Object value) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(name)
                    .append(" ".repeat(11 - name.length()))
                    .append(Text.safe(value.toString()));
        }
    }
}
