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
        description = "Show what a sandbox uses now.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  sandjar stats 3fa8", "  sandjar stats 3fa8 --json"})
final class StatsCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Parameters(paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            SandboxStats stats = Place.find(sandboxes, id).stats();
            System.out.println(json ? json(stats) : text(stats));
            return 0;
        }
    }

    private static String json(SandboxStats stats) {
        var node = Json.MAPPER.createObjectNode();
        node.put("cpuSeconds", stats.cpu().toMillis() / 1000.0);
        node.put("memory", stats.memory());
        stats.memoryLimit().ifPresent(limit -> node.put("memoryLimit", limit));
        node.put("processes", stats.processes());
        stats.disk().ifPresent(disk -> node.put("disk", disk));
        return node.toPrettyString();
    }

    private static String text(SandboxStats stats) {
        String limit = stats.memoryLimit().isPresent()
                ? " of " + Text.bytes(stats.memoryLimit().getAsLong())
                : "";
        return "cpu        " + stats.cpu().toMillis() / 1000.0 + " s\nmemory     " + Text.bytes(stats.memory()) + limit
                + "\nprocesses  " + stats.processes();
    }
}
