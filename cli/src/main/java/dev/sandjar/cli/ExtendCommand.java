package dev.sandjar.cli;

import dev.sandjar.Sandboxes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lives longer. */
@Command(
        name = "extend",
        description = "Set a sandbox's lifetime anew, counted from now; print when it will expire.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  sandjar extend 3fa8 2h"})
final class ExtendCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(index = "1", paramLabel = "TIME", converter = Span.Converter.class, description = "60s to 8h.")
    private Span ttl;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            System.out.println(Place.find(sandboxes, id).renew(ttl.duration()).expiresAt());
            return 0;
        }
    }
}
