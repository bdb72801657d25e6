package dev.sandjar.cli;

import dev.sandjar.Finding;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the place can and cannot enforce. */
@Command(
        name = "doctor",
        description = "Say what this machine (or a server's) can and cannot enforce, and what to do about it.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar doctor",
            "  sandjar doctor --json | jq '.[] | select(.level != \"GOOD\")'",
            "",
            "Exit codes: 0 sandboxes can be made, 1 they cannot, 2 wrong usage, 125 it failed."
        })
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            List<Finding> findings = sandboxes.doctor();
            if (json) {
                Json.print(Json.<Finding>array(findings, Json::of));
            } else {
                System.out.print(text(findings));
            }
            return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.BROKEN) ? 1 : 0;
        }
    }

    static String text(List<Finding> findings) {
        var text = new StringBuilder();
        for (Finding finding : findings) {
            String mark = switch (finding.level()) {
                case GOOD -> "good    ";
                case WEAK -> "weak    ";
                case BROKEN -> "broken  ";
            };
            text.append(mark).append(Text.safe(finding.seen())).append('\n');
            if (!finding.remedy().isEmpty()) {
                text.append("        ").append(Text.safe(finding.remedy())).append('\n');
            }
        }
        return text.toString();
    }
}
