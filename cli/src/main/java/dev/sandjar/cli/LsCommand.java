package dev.sandjar.cli;

import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Your sandboxes. */
@Command(
        name = "ls",
        description = "List your sandboxes, newest first.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar ls",
            "  sandjar ls -q | head -3 | xargs sandjar rm",
            "  sandjar ls --json | jq -r '.[].id'",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class LsCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @ArgGroup
    private Form form = new Form();

    /** One way to print it. */
    static final class Form {
        @Option(names = "--json", description = "Print all facts as JSON.")
        private boolean json;

        @Option(
                names = {"-q", "--quiet"},
                description = "Print ids alone.")
        private boolean quiet;
    }

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            List<SandboxInfo> all = Place.all(sandboxes);
            if (form.json) {
                Json.print(Json.<SandboxInfo>array(all, Json::of));
            } else if (form.quiet) {
                all.forEach(info -> System.out.println(info.id()));
            } else {
                System.out.print(table(all, Instant.now()));
            }
            return 0;
        }
    }

    static String table(List<SandboxInfo> all, Instant now) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "STATE", "IMAGE", "AGE", "EXPIRES IN"));
        for (SandboxInfo info : all) {
            rows.add(List.of(
                    info.id().toString(),
                    info.state().word(),
                    Text.safe(info.image()),
                    Text.duration(Duration.between(info.createdAt(), now)),
                    Text.duration(Duration.between(now, info.expiresAt()))));
        }
        return Text.table(rows);
    }
}
