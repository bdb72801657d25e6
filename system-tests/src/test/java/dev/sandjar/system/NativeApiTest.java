package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code /v1/api} promises to clients that are not ours: docs/http-api.md. */
@Timeout(60)
class NativeApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    private static RealServer server;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home);
    }

    @AfterAll
    static void close() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/api/no/such/path",
                "/v1/api/sandboxes?unknown=1",
                "/v1/api/sandboxes?limit=0",
                "/v1/api/sandboxes/3fa85f64-5717-4562-b3fc-2c963f66afa6"
            })
    void everyErrorNamesItsRequest(String path) throws Exception {
        namesItsRequest(server.get(path));
    }

    @Test
    void strangersAreToldTheirRequestsNameToo() throws Exception {
        var stranger = HttpRequest.newBuilder(server.address.resolve("/v1/api/sandboxes"));
        namesItsRequest(server.send(stranger));
    }

    @Test
    void everyAnswerNamesItsRequestAndNoTwoAreAlike() throws Exception {
        String one = id(server.get("/v1/api/sandboxes"));
        assertThat(one).matches("req-[0-9a-f]{16}").isNotEqualTo(id(server.get("/v1/api/sandboxes")));
    }

    private static void namesItsRequest(HttpResponse<String> refusal) throws Exception {
        JsonNode body = JSON.readTree(refusal.body());
        assertThat(refusal.statusCode()).isBetween(400, 499);
        assertThat(body.path("requestId").asText()).matches("req-[0-9a-f]{16}").isEqualTo(id(refusal));
    }

    private static String id(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Request-Id").orElse("");
    }
}
