package dev.sandjar.cli;

import dev.sandjar.Sandboxes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Where a program in a sandbox is seen. */
@Command(
        name = "url",
        description = "Print the address of a port of a sandbox, through the server.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar exec -d 3fa8 -- python3 -m http.server 8000",
            "  curl -L -H \"Authorization: Bearer $TOKEN\" $(sandjar url 3fa8 8000)",
            "  xdg-open $(sandjar url 3fa8 8000)       where the server has sandjar.preview.domain",
            "",
            "With sandjar.preview.domain it is a link that lets in whoever opens it within five minutes; without, each request needs your token.",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class UrlCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1",
            paramLabel = "PORT",
            converter = Port.class,
            description = "1 to 65535, of the sandbox's own loopback.")
    private int port;

    @Override
    public Integer call() {
        try (Sandboxes sandboxes = place.openServer("the address of a port")) {
            System.out.println(Place.find(sandboxes, id).url(port));
            return 0;
        }
    }
}
