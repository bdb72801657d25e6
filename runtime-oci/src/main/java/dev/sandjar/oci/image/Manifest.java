package dev.sandjar.oci.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an image is made of, as its registry says.
 *
 * @param config digest and size of its configuration
 * @param layers the lowest first
 */
record Manifest(Blob config, List<Blob> layers) {
    /** What may be asked for. */
    static final List<String> TYPES = List.of(
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    /** More do not fit into one mount. */
    static final int MOST_LAYERS = 75;

    private static final long LARGEST_CONFIG = 8 << 20;
    private static final long LARGEST_LAYER = 32L << 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Something that is fetched by its digest.
     *
     * @param digest of its bytes
     * @param size in bytes
     * @param gzip whether it is compressed
     */
    record Blob(String digest, long size, boolean gzip) {}

    /** The digest of the manifest for a processor, when this is a list of them. */
    static Optional<String> forProcessor(byte[] bytes, String architecture) throws IOException {
        JsonNode manifests = object(bytes).path("manifests");
        if (!manifests.isArray()) {
            return Optional.empty();
        }
        for (JsonNode one : manifests) {
            JsonNode platform = one.path("platform");
            if (platform.path("os").asText().equals("linux")
                    && platform.path("architecture").asText().equals(architecture)) {
                return Optional.of(digest(one));
            }
        }
        throw new HostileImageException("it is not made for linux/" + architecture);
    }

    static Manifest parse(byte[] bytes) throws IOException {
        JsonNode root = object(bytes);
        if (root.path("schemaVersion").asInt() != 2) {
            throw new HostileImageException("its manifest is of a version that is not known here");
        }
        JsonNode layers = root.path("layers");
        if (!layers.isArray() || layers.size() > MOST_LAYERS) {
            throw new HostileImageException("it has " + layers.size() + " layers, allowed: 0 to " + MOST_LAYERS);
        }
        var found = new ArrayList<Blob>();
        for (JsonNode layer : layers) {
            found.add(blob(layer, LARGEST_LAYER, gzip(layer.path("mediaType").asText())));
        }
        return new Manifest(blob(root.path("config"), LARGEST_CONFIG, false), found);
    }

    static JsonNode object(byte[] bytes) throws IOException {
        try {
            JsonNode root = JSON.readTree(bytes);
            if (root != null && root.isObject()) {
                return root;
            }
        } catch (com.fasterxml.jackson.core.JacksonException notJson) {
            throw new HostileImageException("its manifest or configuration is not JSON");
        }
        throw new HostileImageException("its manifest or configuration is no JSON object");
    }

    private static Blob blob(JsonNode node, long largest, boolean gzip) throws IOException {
        long size = node.path("size").asLong(-1);
        if (size < 0 || size > largest) {
            throw new HostileImageException("a part of it has " + size + " bytes, allowed: 0 to " + largest);
        }
        return new Blob(digest(node), size, gzip);
    }

    private static String digest(JsonNode node) throws IOException {
        String digest = node.path("digest").asText();
        if (!Digest.valid(digest)) {
            throw new HostileImageException("a part of it is not named by a sha256 digest");
        }
        return digest;
    }

    private static boolean gzip(String type) throws IOException {
        return switch (type) {
            case "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+gzip" ->
                true;
            case "application/vnd.docker.image.rootfs.diff.tar", "application/vnd.oci.image.layer.v1.tar" -> false;
            default -> throw new HostileImageException("a layer of it is not tar or tar+gzip");
        };
    }
}
