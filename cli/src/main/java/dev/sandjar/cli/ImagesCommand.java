package dev.sandjar.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.ImageInfo;
import dev.sandjar.Sandboxes;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Root filesystems. */
@Command(
        name = "images",
        description = "The root filesystems that are ready, and getting more.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(ls | pull | rm)",
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar images ls",
            "  sandjar images pull python:3.11",
            "  sandjar images rm python:3.11",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class ImagesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "images needs one more word: ls, pull or rm");
    }

    @Command(
            name = "ls",
            description = "List what is ready.",
            mixinStandardHelpOptions = true,
            footerHeading = "%n",
            footer = {"Examples:", "  sandjar images ls --json", "", Sandjar.PLAIN_EXIT_CODES})
    int ls(@Mixin Place place, @Option(names = "--json", description = "Print it as JSON.") boolean json) {
        try (Sandboxes sandboxes = place.open()) {
            List<ImageInfo> images = sandboxes.images().list();
            if (json) {
                Json.print(Json.<ImageInfo>array(images, Json::of));
                return 0;
            }
            var rows = new ArrayList<List<String>>();
            rows.add(List.of("IMAGE", "SIZE", "DIGEST"));
            images.forEach(image -> rows.add(
                    List.of(Text.safe(image.reference()), Text.bytes(image.size()), Text.safe(image.digest()))));
            System.out.print(Text.table(rows));
            return 0;
        }
    }

    @Command(
            name = "pull",
            description = "Fetch an image, so that the first create need not; print its digest.",
            mixinStandardHelpOptions = true,
            footerHeading = "%n",
            footer = {"Examples:", "  sandjar images pull python:3.11", "", Sandjar.PLAIN_EXIT_CODES})
    int pull(
            @Mixin Place place,
            @Option(names = "--json", description = "Print what was fetched as JSON.") boolean json,
            @Parameters(paramLabel = "IMAGE", description = "An OCI reference.") String reference) {
        try (Sandboxes sandboxes = place.open()) {
            boolean terminal = Boolean.getBoolean("sandjar.stderr.terminal"); // Java cannot tell; the launcher can
            ImageInfo image = sandboxes.images().pull(reference, line -> {
                if (terminal) {
                    System.err.println(Text.safe(line));
                }
            });
            ObjectNode node = Json.of(image);
            System.out.println(
                    json
                            ? Json.text(node)
                            : Text.safe(image.reference() + " " + image.digest())
                                    .strip());
            return 0;
        }
    }

    @Command(
            name = "rm",
            description = "Remove an image; sandboxes that use it keep it until they are gone.",
            mixinStandardHelpOptions = true,
            footerHeading = "%n",
            footer = {"Examples:", "  sandjar images rm python:3.11", "", Sandjar.PLAIN_EXIT_CODES})
    int rm(@Mixin Place place, @Parameters(paramLabel = "IMAGE", description = "As listed.") String reference) {
        try (Sandboxes sandboxes = place.open()) {
            sandboxes.images().remove(reference);
            return 0;
        }
    }
}
