package dev.sandjar.testing.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Debian's {@code docker-registry} on a free port of loopback, with what tests push. */
public final class TestRegistry implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:\\d+)");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path folder;
    private final Process process;
    private final String address;

    /** Returns when it listens. */
    public TestRegistry() throws IOException {
        folder = Files.createTempDirectory("registry");
        Path config = Files.writeString(folder.resolve("config.yml"), """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:0"}
                """.formatted(folder.resolve("data")));
        process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader said = process.inputReader();
        for (String line = said.readLine(); ; line = said.readLine()) {
            if (line == null) {
                throw new IOException("docker-registry did not start; it is in Debian's package docker-registry");
            }
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                address = listening.group(1);
                break;
            }
        }
        Thread.ofVirtual().start(() -> said.lines().forEach(_ -> {})); // so that it never waits for a reader
    }

    /** Host and port. */
    public String address() {
        return address;
    }

    /** Puts a blob into a repository, whatever its bytes are. */
    public void pushBlob(String repository, String digest, byte[] bytes) throws IOException, InterruptedException {
        var start = HttpRequest.newBuilder(uri("/v2/" + repository + "/blobs/uploads/"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        String location = HTTP.send(start, HttpResponse.BodyHandlers.discarding())
                .headers()
                .firstValue("Location")
                .orElseThrow();
        send(HttpRequest.newBuilder(URI.create(location + "&digest=" + digest))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build());
    }

    /** Names a manifest. */
    public void pushManifest(String repository, String tag, String type, String manifest)
            throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(uri("/v2/" + repository + "/manifests/" + tag))
                .header("Content-Type", type)
                .PUT(HttpRequest.BodyPublishers.ofString(manifest))
                .build());
    }

    /** Where the bytes of a blob are kept, to be damaged. */
    public Path blobFile(String digest) {
        String hex = digest.substring("sha256:".length());
        return folder.resolve("data/docker/registry/v2/blobs/sha256")
                .resolve(hex.substring(0, 2))
                .resolve(hex)
                .resolve("data");
    }

    private URI uri(String path) {
        return URI.create("http://" + address + path);
    }

    private static void send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    static final class Extension implements ParameterResolver {
        private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(TestRegistry.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TestRegistry.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            ExtensionContext ofClass =
                    context.getTestMethod().isPresent() ? context.getParent().orElseThrow() : context;
            return ofClass.getStore(HERE).computeIfAbsent("registry", _ -> start(), TestRegistry.class);
        }

        private static TestRegistry start() {
            try {
                return new TestRegistry(); // closed with the store
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
