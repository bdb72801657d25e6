package dev.sandjar.cli;

import dev.sandjar.ProcessInfo;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What runs in it. */
@Command(
        name = "ps",
        description = "List all processes in a sandbox, whoever started them. It must not be paused.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar ps 3fa8",
            "  sandjar kill 3fa8 --pid 17            ends one of them",
            "  sandjar ps 3fa8 --json | jq '.[] | select(.memory > 100000000) | .pid'",
            "",
            "COMMAND is the command that it descends from, as sandjar logs lists them; - when that has ended.",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class PsCommand implements Callable<Integer> {
    private static final int ID_SHOWN = 8; // characters; enough to name it

    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print all facts as JSON, sizes in bytes.")
    private boolean json;

    @Parameters(paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            List<ProcessInfo> processes = Place.find(sandboxes, id).processes();
            if (json) {
                Json.print(Json.<ProcessInfo>array(processes, Json::of));
            } else {
                System.out.print(table(processes, Instant.now()));
            }
            return 0;
        }
    }

    static String table(List<ProcessInfo> processes, Instant now) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("PID", "PARENT", "STATE", "AGE", "CPU", "MEMORY", "COMMAND", "WORDS"));
        for (ProcessInfo info : processes) {
            rows.add(List.of(
                    Integer.toString(info.id().pid()),
                    info.parent().isPresent() ? Integer.toString(info.parent().getAsInt()) : "-",
                    Json.word(info.state()),
                    Text.duration(Duration.between(info.id().startedAt(), now)),
                    info.cpu().toMillis() / 1000.0 + "s",
                    Text.bytes(info.memory()),
                    info.command()
                            .map(command -> command.toString().substring(0, ID_SHOWN))
                            .orElse("-"),
                    words(info)));
        }
        return Text.table(rows);
    }

    /** As ps does: the name in brackets where there are no words. */
    private static String words(ProcessInfo info) {
        if (info.argv().isEmpty()) {
            return "[" + Text.safe(info.name()) + "]";
        }
        String words = info.argv().stream().map(Text::word).collect(Collectors.joining(" "));
        return info.argvCut() ? words + " ..." : words;
    }
}
