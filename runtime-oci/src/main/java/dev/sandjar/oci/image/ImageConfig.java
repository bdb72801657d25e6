package dev.sandjar.oci.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image says about how it is to be used.
 *
 * @param env for every command
 * @param cwd where commands start
 * @param user whom they run as; never root: that a sandbox's own spec has to ask for
 * @param layers digests of its layers as plain tar, the lowest first
 */
record ImageConfig(Map<String, String> env, Optional<String> cwd, Optional<String> user, List<String> layers) {
    private static final int MOST_VARIABLES = 1_000;
    private static final int LONGEST = 32_768;

    static ImageConfig parse(byte[] bytes) throws IOException {
        JsonNode root = Manifest.object(bytes);
        JsonNode config = root.path("config");
        var env = new LinkedHashMap<String, String>();
        for (JsonNode entry : config.path("Env")) {
            String text = text(entry).orElse("");
            int equals = text.indexOf('=');
            if (equals > 0 && env.size() < MOST_VARIABLES) {
                env.put(text.substring(0, equals), text.substring(equals + 1));
            }
        }
        var layers = new ArrayList<String>();
        for (JsonNode layer : root.path("rootfs").path("diff_ids")) {
            if (!Digest.valid(layer.asText())) {
                throw new HostileImageException("a layer of it is not named by a sha256 digest");
            }
            layers.add(layer.asText());
        }
        Optional<String> cwd =
                text(config.path("WorkingDir")).filter(path -> path.startsWith("/") && !path.equals("/"));
        Optional<String> user = text(config.path("User")).filter(name -> !isRoot(name));
        return new ImageConfig(env, cwd, user, layers);
    }

    private static boolean isRoot(String user) {
        String name = user.split(":", 2)[0];
        return name.equals("root") || name.equals("0");
    }

    private static Optional<String> text(JsonNode node) {
        String text = node.asText("");
        boolean usable = !text.isEmpty() && text.length() <= LONGEST && text.indexOf('\0') < 0;
        return usable ? Optional.of(text) : Optional.empty();
    }
}
