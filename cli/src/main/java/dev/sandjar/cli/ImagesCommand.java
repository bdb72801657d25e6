package dev.sandjar.cli;

import dev.sandjar.ImageInfo;
import dev.sandjar.Sandboxes;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Root filesystems. */
@Command(
        name = "images",
        description = "The root filesystems that are ready, and getting more.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  sandjar images ls",
            "  sandjar images pull python:3.11",
            "  sandjar images rm python:3.11"
        })
final class ImagesCommand {
    @Command(name = "ls", description = "List what is ready.", mixinStandardHelpOptions = true)
    int ls(@Mixin Place place, @Option(names = "--json", description = "Print it as JSON.") boolean json) {
        try (Sandboxes sandboxes = place.open()) {
            List<ImageInfo> images = sandboxes.images().list();
            if (json) {
                var array = Json.MAPPER.createArrayNode();
                images.forEach(image -> array.addObject()
                        .put("reference", image.reference())
                        .put("digest", image.digest())
                        .put("size", image.size()));
                System.out.println(array.toPrettyString());
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
            description = "Fetch an image, so that the first create need not.",
            mixinStandardHelpOptions = true)
    int pull(
            @Mixin Place place, @Parameters(paramLabel = "IMAGE", description = "An OCI reference.") String reference) {
        try (Sandboxes sandboxes = place.open()) {
            boolean terminal = Boolean.getBoolean("sandjar.stderr.terminal"); // Java cannot tell; the launcher can
            sandboxes.images().pull(reference, line -> {
                if (terminal) {
                    System.err.println(Text.safe(line));
                }
            });
            return 0;
        }
    }

    @Command(name = "rm", description = "Remove an image.", mixinStandardHelpOptions = true)
    int rm(@Mixin Place place, @Parameters(paramLabel = "IMAGE", description = "As listed.") String reference) {
        try (Sandboxes sandboxes = place.open()) {
            sandboxes.images().remove(reference);
            return 0;
        }
    }
}
