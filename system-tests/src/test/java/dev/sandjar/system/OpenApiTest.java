package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The document that the server gives of itself, between the contract on one side and its own answers on the other. */
class OpenApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static RealServer server;
    private static OpenApi api;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(
                Path.of("/var/lib/sandjar-test/openapi"),
                "-Dsandjar.limits.upload=1000",
                "-Dsandjar.registries=127.0.0.1:1");
        api = new OpenApi(server.send(HttpRequest.newBuilder(server.address.resolve("/openapi.json")))
                .body());
    }

    @AfterAll
    static void stop() throws Exception {
        for (JsonNode session :
                JSON.readTree(server.get("/sessions?limit=100").body()).path("sessions")) {
            server.method("DELETE", "/sessions/" + session.path("sessionId").asText(), "");
        }
        server.close();
    }

    // ---- the contract

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        POST /sessions                            | createSession  | 200 201 400 401 429 500
        GET /sessions                             | listSessions   | 200 401
        GET /sessions/{sessionId}                 | getSession     | 200 401 404
        DELETE /sessions/{sessionId}              | deleteSession  | 200 401 404
        PATCH /sessions/{sessionId}               |                | 200 401 404
        POST /sessions/{sessionId}/commands       | executeCommand | 200 400 401 404
        POST /sessions/{sessionId}/code           | executeCode    | 200 400 401 404
        POST /sessions/{sessionId}/code/{language} |               | 200 400 401 404
        POST /sessions/{sessionId}/files          | uploadFile     | 201 400 401 404 409 413
        GET /sessions/{sessionId}/files           | downloadFile   | 200 401 404
        GET /sessions/{sessionId}/files/{name}    |                | 200 401 404
        DELETE /sessions/{sessionId}/files/{name} |                | 204 401 404
        POST /sandboxes                           |                | 200 201 400 401 429 500
        GET /sandboxes                            |                | 200 401
        GET /sandboxes/{sandboxId}                |                | 200 401 404
        DELETE /sandboxes/{sandboxId}             |                | 200 401 404
        POST /sandboxes/{sandboxId}/pause         |                | 200 401 404 409
        POST /sandboxes/{sandboxId}/resume        |                | 200 401 404 409
        POST /sandboxes/{sandboxId}/commands      |                | 200 400 401 404
        POST /sandboxes/{sandboxId}/code          |                | 200 400 401 404
        POST /sandboxes/{sandboxId}/files         |                | 201 400 401 404 409 413
        GET /sandboxes/{sandboxId}/files          |                | 200 401 404
        GET /health                               | healthCheck    | 200
        """)
    void everyOperationOfTheContractIsListed(String operation, String id, String statuses) {
        JsonNode node = api.operations().get(operation);
        assertThat(node).isNotNull();
        if (id != null) {
            assertThat(node.path("operationId").asText()).isEqualTo(id);
        }
        assertThat(node.path("responses").fieldNames()).toIterable().contains(statuses.split(" "));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        Session       | sessionId:string status:string createdAt:string expiresAt:string | lastActivityAt:string metadata:object
        CommandResult | status:string exitCode:integer/null | stdout:string stderr:string
        FileInfo      | name:string path:string type:string size:integer | permissions:string createdAt:string modifiedAt:string checksum:string
        Error         | error:string message:string | details:object timestamp:string requestId:string
        """)
    void theSchemasHaveTheContractsFields(String name, String required, String optional) {
        JsonNode schema = api.schema(name);
        for (String field : (required + " " + optional).split(" ")) {
            String[] pair = field.split(":");
            JsonNode type = schema.path("properties").path(pair[0]).path("type");
            String written = type.isTextual()
                    ? type.asText()
                    : Stream.of(type.path(0), type.path(1))
                            .map(JsonNode::asText)
                            .reduce((one, other) -> one + "/" + other)
                            .orElseThrow();
            assertThat(written).as(field).isEqualTo(pair[1]);
        }
        var names = Arrays.stream(required.split(" "))
                .map(field -> field.replaceFirst(":.*", ""))
                .toArray();
        var listed = new TreeSet<Object>();
        schema.path("required").forEach(field -> listed.add(field.asText()));
        assertThat(listed).contains(names);
    }

    @Test
    void theValuesOfTheContractAreTheDocuments() {
        assertThat(api.document.path("info").path("version").asText()).isEqualTo("1.0.0");
        assertThat(texts(api.document.at("/components/schemas/Session/properties/status/enum")))
                .containsExactlyInAnyOrder("running", "paused");
        assertThat(texts(api.document.at("/components/schemas/CommandResult/properties/status/enum")))
                .containsExactlyInAnyOrder("completed", "failed", "timeout");
        assertThat(texts(api.document.at("/components/schemas/Language/enum")))
                .containsExactlyInAnyOrder("python", "javascript", "bash");
        JsonNode ttl = api.document.at("/components/schemas/CreateRequest/properties/ttl");
        assertThat(ttl.path("minimum").asInt() + " " + ttl.path("maximum").asInt() + " "
                        + ttl.path("default").asInt())
                .isEqualTo("60 28800 3600");
        JsonNode timeout = api.document.at("/components/schemas/CommandRequest/properties/timeout");
        assertThat(timeout.path("minimum").asInt() + " "
                        + timeout.path("maximum").asInt() + " "
                        + timeout.path("default").asInt())
                .isEqualTo("1 300 60");
        assertThat(api.document.at("/components/responses/TooMany/headers").fieldNames())
                .toIterable()
                .contains("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset");
    }

    @Test
    void bothNamesHaveTheSameOperations() {
        var sessions = new TreeMap<String, Set<String>>();
        var sandboxes = new TreeMap<String, Set<String>>();
        api.operations().forEach((operation, node) -> {
            var statuses = new TreeSet<String>();
            node.path("responses").fieldNames().forEachRemaining(statuses::add);
            if (operation.contains("/sandboxes")) {
                sandboxes.put(
                        operation.replace("/sandboxes", "/sessions").replace("{sandboxId}", "{sessionId}"), statuses);
            } else if (operation.contains("/sessions")) {
                sessions.put(operation, statuses);
            }
        });
        assertThat(sandboxes).isEqualTo(sessions).hasSizeGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi", "/openapi.json", "/openapi.yaml"})
    void theDocumentIsForEverybodyUnderEachOfItsNames(String path) throws Exception {
        var answer = server.send(HttpRequest.newBuilder(server.address.resolve(path)));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body())).isEqualTo(api.document);
    }

    // ---- the running server

    @Test
    void everyListedOperationIsServedUnderBothVersionsAndAsksForCredentials() throws Exception {
        for (String operation : api.operations().keySet()) {
            String method = operation.substring(0, operation.indexOf(' '));
            String path = operation.substring(operation.indexOf(' ') + 1).replaceAll("\\{[^}]*}", "bash");
            if (path.equals("/health")) {
                continue; // is for everybody
            }
            for (String version : new String[] {"", "/v1"}) {
                var answer = server.send(HttpRequest.newBuilder(server.address.resolve(version + path))
                        .method(method, BodyPublishers.ofString("{}")));
                assertThat(answer.statusCode()).as(version + operation).isEqualTo(401);
                assertThat(api.complaints(operation, answer)).isEmpty();
            }
        }
    }

    @Test
    void everyAnswerIsAsItIsListed() throws Exception {
        var complaints = new TreeSet<String>();
        for (String root : new String[] {"sessions", "sandboxes"}) {
            new Tour(root, complaints).run();
        }
        complaints.addAll(api.complaints("GET /health", server.get("/health")));
        assertThat(complaints).isEmpty();
    }

    /** Each operation, once well and once badly, checking each answer. */
    private record Tour(String root, Set<String> complaints) {
        private static final String MISSING = "00000000-0000-0000-0000-000000000000";

        void run() throws Exception {
            check("POST", "", 400, server.post("/" + root, "{\"ttl\": 59}"));
            check("POST", "", 400, server.post("/" + root, "{\"image\": \"not-here.example/no:image\"}"));
            check("POST", "", 502, server.post("/" + root, "{\"image\": \"127.0.0.1:1/no/such:image\"}"));
            var session = check("POST", "", 200, server.post("/" + root, "{\"metadata\": {\"a\": [1]}}"));
            String id = JSON.readTree(session.body()).path("sessionId").asText();
            check("GET", "", 200, server.get("/" + root + "?limit=1"));
            check("GET", "", 400, server.get("/" + root + "?limit=0"));
            String one = "/" + root + "/" + id;
            String none = "/" + root + "/" + MISSING;
            check("GET", "/{id}", 200, server.get(one));
            check("GET", "/{id}", 404, server.get(none));
            check("PATCH", "/{id}", 200, server.method("PATCH", one, "{\"ttl\": 100}"));
            check("PATCH", "/{id}", 400, server.method("PATCH", one, "{}"));
            check("PATCH", "/{id}", 404, server.method("PATCH", none, "{\"ttl\": 100}"));
            runs("commands", "{\"command\": \"echo 1; exit 3\"}", one, none);
            runs("code", "{\"language\": \"bash\", \"code\": \"sleep 9\", \"timeout\": 1}", one, none);
            runs("code/bash", "{\"code\": \"kill -9 $$\"}", one, none);
            check(
                    "POST",
                    "/{id}/commands",
                    422,
                    server.post(one + "/commands", "{\"command\": \"x\", \"async\": true}"));
            files(one, none);
            check("POST", "/{id}/pause", 200, server.method("POST", one + "/pause", ""));
            check("POST", "/{id}/pause", 409, server.method("POST", one + "/pause", ""));
            check("POST", "/{id}/commands", 409, server.post(one + "/commands", "{\"command\": \"x\"}"));
            check("GET", "/{id}/files", 409, server.get(one + "/files"));
            check("POST", "/{id}/resume", 200, server.method("POST", one + "/resume", ""));
            check("POST", "/{id}/resume", 404, server.method("POST", none + "/resume", ""));
            check("DELETE", "/{id}", 200, server.method("DELETE", one, ""));
            check("DELETE", "/{id}", 404, server.method("DELETE", one, ""));
        }

        private void runs(String how, String body, String one, String none) throws Exception {
            String path = "/{id}/" + how.replace("/bash", "/{language}");
            check("POST", path, 200, server.post(one + "/" + how, body));
            check("POST", path, 400, server.post(one + "/" + how, "{\"unknown\": 1}"));
            check("POST", path, 404, server.post(none + "/" + how, body));
        }

        private void files(String one, String none) throws Exception {
            String file = one + "/files?path=a.txt";
            check("POST", "/{id}/files", 201, server.method("POST", file, "hello"));
            check("POST", "/{id}/files", 409, server.method("POST", file, "again"));
            check("POST", "/{id}/files", 400, server.method("POST", one + "/files?path=../a", "x"));
            check("POST", "/{id}/files", 404, server.method("POST", none + "/files?path=a", "x"));
            check("POST", "/{id}/files", 413, server.method("POST", one + "/files?path=b", "x".repeat(20_000)));
            check("GET", "/{id}/files", 200, server.get(one + "/files"));
            check("GET", "/{id}/files", 200, server.get(one + "/files?filePath=a.txt"));
            check("GET", "/{id}/files", 404, server.get(one + "/files?filePath=b.txt"));
            check("GET", "/{id}/files/{name}", 200, server.get(one + "/files/a.txt"));
            check("GET", "/{id}/files/{name}", 404, server.get(one + "/files/b.txt"));
            check("DELETE", "/{id}/files/{name}", 204, server.method("DELETE", one + "/files/a.txt", ""));
            check("DELETE", "/{id}/files/{name}", 404, server.method("DELETE", one + "/files/a.txt", ""));
        }

        private HttpResponse<String> check(String method, String path, int status, HttpResponse<String> answer)
                throws IOException {
            String name = root.equals("sessions") ? "{sessionId}" : "{sandboxId}";
            String operation = method + " /" + root + path.replace("{id}", name);
            if (answer.statusCode() != status) {
                complaints.add(operation + " should be " + status + ": " + answer.statusCode() + " " + answer.body());
            }
            complaints.addAll(api.complaints(operation, answer));
            return answer;
        }
    }

    private static Set<String> texts(JsonNode array) {
        var texts = new TreeSet<String>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
