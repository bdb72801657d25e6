package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
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
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar rm 3fa8 77d0", "  sandjar rm --all", "", Sandjar.PLAIN_EXIT_CODES})
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
    public Integer call() throws InterruptedException {
        if (all == !ids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "name sandboxes, or say --all");
        }
        ids.forEach(id -> Place.beginning(id, "sandbox")); // all are right, or none is removed
        try (Sandboxes sandboxes = place.open()) {
            var verb = spec.commandLine();
            if (!all) {
                return Each.sandbox(sandboxes, ids, Sandbox::delete, verb);
            }
            var every = Place.all(sandboxes).stream()
                    .map(info -> info.id().toString())
                    .toList();
            return Each.of(every, id -> deleteIfThere(sandboxes, id), verb);
        }
    }

    /** One that has gone since it was listed is as wanted. */
    static void deleteIfThere(Sandboxes sandboxes, String id) {
        try {
            Place.find(sandboxes, id).delete();
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.SANDBOX_NOT_FOUND) {
                throw e;
            }
        }
    }
}
