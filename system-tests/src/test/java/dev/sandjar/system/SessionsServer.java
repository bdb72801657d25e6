package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A real server, asked in the words of the sessions API. Alice, whose token it sends, is an operator. */
final class SessionsServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    final URI address;
    private final RealServer server;

    /** @param name of the folder for its sandboxes */
    SessionsServer(String name, String... settings) throws IOException {
        server = new RealServer(
                Path.of("/var/lib/sandjar-test", name),
                Stream.concat(Stream.of("-Dsandjar.auth.operators=alice"), Stream.of(settings))
                        .toArray(String[]::new));
        address = server.address;
    }

    /** Returns the new session's id. */
    String create(String body) throws IOException, InterruptedException {
        var answer = post("/sessions", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("sessionId").asText();
    }

    /** @param what {@code commands} or {@code code} */
    JsonNode run(String id, String what, String body) throws IOException, InterruptedException {
        var answer = post("/sessions/" + id + "/" + what, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    void removeAll() throws IOException, InterruptedException {
        for (JsonNode session : json(get("/sessions?limit=100")).path("sessions")) {
            method("DELETE", "/sessions/" + session.path("sessionId").asText(), "");
        }
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    HttpRequest.Builder request(String path) {
        return server.request(path);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return server.send(request);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return server.get(path);
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return server.post(path, json);
    }

    HttpResponse<String> method(String method, String path, String json) throws IOException, InterruptedException {
        return server.method(method, path, json);
    }

    @Override
    public void close() throws InterruptedException {
        server.close();
    }
}
