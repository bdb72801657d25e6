package dev.sandjar.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The server as its users start it: a process of its own, on a free port, with a token file of its own. */
final class RealServer implements AutoCloseable {
    static final String TOKEN = "test-token-of-alice";
    static final String OTHER_TOKEN = "test-token-of-bob";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final URI address;
    private final Process process;

    /** @param settings arguments, which begin with two dashes, and the JVM's options, with one */
    RealServer(Path home, String... settings) throws IOException {
        Path tokens = Files.createTempFile("tokens", "");
        Files.writeString(tokens, "alice:" + TOKEN + "\nbob:" + OTHER_TOKEN + "\n");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("--enable-native-access=ALL-UNNAMED");
        for (String setting : settings) {
            if (!setting.startsWith("--")) {
                command.add(setting);
            }
        }
        command.addAll(List.of(
                "-jar",
                Path.of("../server/target/quarkus-app/quarkus-run.jar")
                        .toAbsolutePath()
                        .toString(),
                "--port",
                "0",
                "--home",
                home.toString(),
                "--token-file",
                tokens.toString()));
        for (String setting : settings) {
            if (setting.startsWith("--")) {
                command.add(setting);
            }
        }
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        address = URI.create(firstLine());
        Thread.ofVirtual().start(() -> {
            try {
                process.getErrorStream().transferTo(System.err); // its log belongs to the test's
            } catch (IOException ended) {
                // with the process
            }
        });
    }

    private String firstLine() throws IOException {
        var line = new StringBuilder();
        for (int c = process.getErrorStream().read();
                c >= 0;
                c = process.getErrorStream().read()) {
            if (c == '\n') {
                int at = line.indexOf("sandjar serves ");
                if (at >= 0) {
                    return line.substring(at + "sandjar serves ".length());
                }
                System.err.println(line);
                line.setLength(0);
            } else {
                line.append((char) c);
            }
        }
        throw new IOException("the server did not start");
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).header("Authorization", "Bearer " + TOKEN);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> method(String method, String path, String json) throws IOException, InterruptedException {
        return send(request(path).method(method, HttpRequest.BodyPublishers.ofString(json)));
    }

    /** As by the kernel's out-of-memory killer, or a power cut. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server did not stop");
        }
    }
}
