package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandInfo;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** What kubebox clients ask a server for, with alice's token. */
record Kubebox(RealServer server) {
    static final ObjectMapper JSON = new ObjectMapper();

    /** {@code name, value…}: strings, numbers, booleans or null. */
    static String body(Object... fields) {
        ObjectNode body = JSON.createObjectNode();
        for (int i = 0; i < fields.length; i += 2) {
            body.set((String) fields[i], JSON.valueToTree(fields[i + 1]));
        }
        return body.toString();
    }

    static String query(String... fields) {
        var query = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            query.append(i == 0 ? '?' : '&')
                    .append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        return query.toString();
    }

    HttpResponse<String> post(String path, Object... fields) throws Exception {
        return server.post(path, body(fields));
    }

    JsonNode posted(String path, Object... fields) throws Exception {
        return ok(post(path, fields));
    }

    JsonNode got(String path, String... fields) throws Exception {
        return ok(server.get(path + query(fields)));
    }

    private static JsonNode ok(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    void initialize(String session, String path) throws Exception {
        assertThat(posted("/initialize", "session_id", session, "path", path))
                .isEqualTo(JSON.createObjectNode().put("session_id", session));
    }

    /** Waits for its end. */
    JsonNode run(String session, String command) throws Exception {
        return posted("/run_command", "session_id", session, "command", command, "timeout", null);
    }

    int start(String session, String mode, String command) throws Exception {
        JsonNode reply = posted("/run_command", "session_id", session, "command", command, "mode", mode);
        assertThat(reply.path("process_id").isInt()).isTrue();
        return reply.path("process_id").asInt();
    }

    /** Waits until a process, of more output than a sandbox keeps, waits for a reader. */
    void awaitFull(String session, int process) throws Exception {
        Waiting.until("it stands still", () -> {
            long before = written(process);
            run(session, "sleep 0.2");
            return before > 1 << 20 && before == written(process);
        });
        assertThat(written(process)).isLessThan(8 << 20);
    }

    private long written(int process) {
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN)) {
            return sandboxes.list(0, 100).sandboxes().stream()
                    .flatMap(info -> sandboxes.get(info.id()).commands().stream())
                    .filter(command ->
                            command.pid() == process && command.ending().isEmpty())
                    .mapToLong(CommandInfo::written)
                    .max()
                    .orElse(0);
        }
    }

    static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** All that alice and bob have. */
    static void deleteAll(RealServer server) {
        for (String token : new String[] {RealServer.TOKEN, RealServer.OTHER_TOKEN}) {
            try (var sandboxes = Sandboxes.open(server.address.toString(), token)) {
                sandboxes
                        .list(0, 100)
                        .sandboxes()
                        .forEach(info -> sandboxes.get(info.id()).delete());
            }
        }
    }
}
