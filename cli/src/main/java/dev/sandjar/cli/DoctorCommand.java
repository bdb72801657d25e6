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
        footer = {"", "Exit codes: 0 sandboxes can be made, 1 they cannot."})
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            List<Finding> findings = sandboxes.doctor();
            System.out.print(json ? json(findings) : text(findings));
            return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.BROKEN) ? 1 : 0;
        }
    }

    private static String json(List<Finding> findings) {
        var array = Json.MAPPER.createArrayNode();
        findings.forEach(finding -> array.addObject()
                .put("code", finding.code())
                .put("level", finding.level().name())
                .put("seen", finding.seen())
                .put("remedy", finding.remedy()));
        return array.toPrettyString() + "\n";
    }

    private static String text(List<Finding> findings) {
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
