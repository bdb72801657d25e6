package dev.sandjar.oci.image;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What is written down of an image that is ready.
 *
 * @param reference as {@link ImageReference#toString} has it
 * @param digest of its manifest
 * @param size bytes of its unpacked layers
 * @param layers names of their folders, the lowest first
 * @param config how it is used
 */
record StoredImage(String reference, String digest, long size, List<String> layers, ImageConfig config) {
    static StoredImage read(Path file) throws IOException {
        var text = new Properties();
        text.load(new StringReader(Files.readString(file)));
        Map<String, String> env = new LinkedHashMap<>();
        for (int i = 0; text.containsKey("env." + i + ".name"); i++) {
            env.put(text.getProperty("env." + i + ".name"), text.getProperty("env." + i + ".value"));
        }
        var layers = new ArrayList<String>();
        for (int i = 0; text.containsKey("layer." + i); i++) {
            layers.add(text.getProperty("layer." + i));
        }
        var config = new ImageConfig(
                env,
                Optional.ofNullable(text.getProperty("cwd")),
                Optional.ofNullable(text.getProperty("user")),
                List.of());
        return new StoredImage(
                text.getProperty("reference"),
                text.getProperty("digest"),
                Long.parseLong(text.getProperty("size")),
                layers,
                config);
    }

    void write(Path file) throws IOException {
        var text = new Properties();
        text.setProperty("reference", reference);
        text.setProperty("digest", digest);
        text.setProperty("size", Long.toString(size));
        for (int i = 0; i < layers.size(); i++) {
            text.setProperty("layer." + i, layers.get(i));
        }
        int i = 0;
        for (var entry : config.env().entrySet()) {
            text.setProperty("env." + i + ".name", entry.getKey());
            text.setProperty("env." + i++ + ".value", entry.getValue());
        }
        config.cwd().ifPresent(cwd -> text.setProperty("cwd", cwd));
        config.user().ifPresent(user -> text.setProperty("user", user));
        Path fresh = Files.createTempFile(file.getParent(), ".image", ".new");
        try (var out = Files.newBufferedWriter(fresh)) {
            text.store(out, null);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
