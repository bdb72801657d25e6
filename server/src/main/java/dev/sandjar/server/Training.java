package dev.sandjar.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Uses a server as its clients do, while that server's JVM notes for its AOT cache what is worth compiling. The launcher runs it after a build:
 * without it the first hundred requests of every server take twice as long.
 */
final class Training {
    private static final int ROUNDS = 80;
    private static final int OFTEN = 5; // in a round: what is short and asked for most
    private static final int FILE = 4 << 20; // bytes

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final String token;

    private Training(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** @param args address, file with the token */
    public static void main(String[] args) throws Exception {
        String line = Files.readString(Path.of(args[1])).strip();
        var training = new Training(URI.create(args[0]), line.substring(line.indexOf(':') + 1));
        for (int i = 0; i < ROUNDS; i++) {
            training.round();
        }
    }

    private void round() throws IOException, InterruptedException {
        String made = send("POST", "/v1/sessions", json("{\"template\": \"warm\"}"), "application/json");
        String path = "/v1/sessions/"
                + new ObjectMapper().readTree(made).path("sessionId").asText();
        send("POST", path + "/files?path=x", new byte[FILE], "application/octet-stream");
        send("GET", path + "/files/x", new byte[0], "application/json");
        for (int i = 0; i < OFTEN; i++) {
            send("POST", path + "/commands", json("{\"command\": \"echo x\"}"), "application/json");
            send("GET", path, new byte[0], "application/json");
            send("GET", "/v1/sessions", new byte[0], "application/json");
        }
        send("DELETE", path, new byte[0], "application/json");
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String send(String method, String path, byte[] body, String type) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(server.resolve(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofByteArray(body));
        var response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(method + " " + path + ": " + response.body());
        }
        return response.body();
    }
}
