package dev.sandjar.cli;

import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gone. */
@Command(
        name = "rm",
        description = "Remove sandboxes and everything in them.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  sandjar rm 3fa8 77d0", "  sandjar rm --all"})
final class RmCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Place place;

    @Option(names = "--all", description = "All of yours.")
    private boolean all;

    @Parameters(arity = "0..*", paramLabel = "SANDBOX", description = "Ids, or beginnings of them.")
    private List<String> ids = List.of();

    @Override
    public Integer call() {
        if (all == !ids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "name sandboxes, or say --all");
        }
        try (Sandboxes sandboxes = place.open()) {
            if (all) {
                Place.all(sandboxes).forEach(info -> sandboxes.get(info.id()).delete());
            }
            for (String id : ids) {
                Place.find(sandboxes, id).delete();
            }
            return 0;
        }
    }
}
