package dev.sandjar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** The yardstick of creates: {@code runc run} of a sandbox's own bundle, with the command in the place of the agent. */
final class BareRunc {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final String DEVICES = """
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=64k"]}
            """;

    private final Path folder;
    private final ObjectNode config;

    BareRunc(Path bundleOfASandbox, String... command) throws IOException {
        folder = Files.createTempDirectory("bare");
        var json = new ObjectMapper();
        config = (ObjectNode)
                json.readTree(bundleOfASandbox.resolve("config.json").toFile());
        ArrayNode mounts = (ArrayNode) config.get("mounts");
        for (int i = 0; i < mounts.size(); i++) {
            if (mounts.get(i).path("destination").asText().equals("/dev")) {
                mounts.set(i, json.readTree(DEVICES)); // the sandbox's own is no more once it runs
            }
        }
        for (JsonNode namespace : config.path("linux").path("namespaces")) {
            ((ObjectNode) namespace).remove("path"); // that of its users is no more once it runs
        }
        ArrayNode args = ((ObjectNode) config.get("process")).putArray("args");
        for (String word : command) {
            args.add(word);
        }
    }

    void run() throws IOException, InterruptedException {
        String name = "bare-" + NUMBER.incrementAndGet();
        Path bundle = Files.createDirectory(folder.resolve(name));
        ObjectNode own = config.deepCopy();
        ((ObjectNode) own.get("linux")).put("cgroupsPath", "/sandjar/" + name);
        Files.writeString(bundle.resolve("config.json"), own.toString());
        Process process = new ProcessBuilder(
                        "runc",
                        "--root",
                        folder.resolve("state").toString(),
                        "run",
                        "--bundle",
                        bundle.toString(),
                        name)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        byte[] said = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IOException("runc: " + new String(said, java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
