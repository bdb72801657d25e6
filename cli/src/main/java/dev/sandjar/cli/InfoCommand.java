package dev.sandjar.cli;

import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.time.Instant;
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
        footer = {"", "Examples:", "  sandjar info 3fa8", "  sandjar info 3fa8 --json"})
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
            System.out.println(json ? Json.of(info).toPrettyString() : text(info));
            return 0;
        }
    }

    private static String text(SandboxInfo info) {
        var text = new StringBuilder();
        text.append("id         ").append(info.id());
        text.append("\nstate      ").append(info.state().word());
        info.reason()
                .ifPresent(reason -> text.append(" (").append(Text.safe(reason)).append(')'));
        text.append("\nimage      ").append(Text.safe(info.image()));
        info.template().ifPresent(template -> text.append("\ntemplate   ").append(Text.safe(template)));
        text.append("\ncreated    ")
                .append(info.createdAt())
                .append(" (")
                .append(Text.age(info.createdAt()))
                .append(" ago)");
        text.append("\nexpires    ").append(info.expiresAt());
        text.append(" (in ")
                .append(Text.duration(Duration.between(Instant.now(), info.expiresAt())))
                .append(')');
        text.append("\nworkspace  ").append(info.workspace());
        text.append("\nmetadata   ")
                .append(Text.safe(
                        Json.MAPPER.valueToTree(info.spec().metadata().values()).toString()));
        info.weaknesses().forEach(weakness -> text.append("\nweakness   ").append(Text.safe(weakness)));
        return text.toString();
    }
}
