package dev.sandjar.cli;

import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Your sandboxes. */
@Command(
        name = "ls",
        description = "List your sandboxes, newest first.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  sandjar ls", "  sandjar ls --json | jq -r '.[].id'"})
final class LsCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print all facts as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            List<SandboxInfo> all = Place.all(sandboxes);
            System.out.print(json ? json(all) : table(all));
            return 0;
        }
    }

    private static String json(List<SandboxInfo> all) {
        var array = Json.MAPPER.createArrayNode();
        all.forEach(info -> array.add(Json.of(info)));
        return array.toPrettyString() + "\n";
    }

    static String table(List<SandboxInfo> all) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "STATE", "IMAGE", "AGE", "EXPIRES IN"));
        for (SandboxInfo info : all) {
            rows.add(List.of(
                    info.id().toString(),
                    info.state().word(),
                    Text.safe(info.image()),
                    Text.age(info.createdAt()),
                    Text.duration(Duration.between(Instant.now(), info.expiresAt()))));
        }
        return Text.table(rows);
    }
}
