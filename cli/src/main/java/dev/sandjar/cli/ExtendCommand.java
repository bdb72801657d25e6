package dev.sandjar.cli;

import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lives longer. */
@Command(
        name = "extend",
        description = "Set a sandbox's lifetime anew, counted from now; print when it will expire.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar extend 3fa8 2h", "", Sandjar.PLAIN_EXIT_CODES})
final class ExtendCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Option(names = "--json", description = "Print all facts as JSON.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(index = "1", paramLabel = "TIME", converter = Span.Converter.class, description = "60s to 8h.")
    private Span ttl;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.open()) {
            SandboxInfo info = Place.find(sandboxes, id).renew(ttl.duration());
            System.out.println(
                    json ? Json.text(Json.of(info)) : info.expiresAt().toString());
            return 0;
        }
    }
}
