package dev.sandjar.cli;

import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Goes on. */
@Command(
        name = "resume",
        description = "Let paused sandboxes go on.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  sandjar resume 3fa8"})
final class ResumeCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Parameters(arity = "1..*", paramLabel = "SANDBOX", description = "Ids, or beginnings of them.")
    private List<String> ids;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            for (String id : ids) {
                Place.find(sandboxes, id).resume();
            }
            return 0;
        }
    }
}
