package dev.sandjar.cli;

import dev.sandjar.SandboxStats;
import dev.sandjar.Sandboxes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What it uses. */
@Command(
        name = "stats",
        description = "Show what a sandbox uses now. It must not be paused.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar stats 3fa8", "  sandjar stats 3fa8 --json", "", Sandjar.PLAIN_EXIT_CODES})
final class StatsCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print it as JSON, sizes in bytes.")
    private boolean json;

    @Parameters(paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            SandboxStats stats = Place.find(sandboxes, id).stats();
            System.out.println(json ? Json.text(Json.of(stats)) : text(stats));
            return 0;
        }
    }

    static String text(SandboxStats stats) {
        var text = new StringBuilder("cpu        " + stats.cpu().toMillis() / 1000.0 + " s");
        text.append("\nmemory     ").append(Text.bytes(stats.memory()));
        stats.memoryLimit().ifPresent(limit -> text.append(" of ").append(Text.bytes(limit)));
        text.append("\nprocesses  ").append(stats.processes());
        stats.disk().ifPresent(disk -> text.append("\ndisk       ").append(Text.bytes(disk)));
        return text.toString();
    }
}
