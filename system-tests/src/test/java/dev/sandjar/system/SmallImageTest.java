package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.registry.TestImage;
import dev.sandjar.testing.registry.TestRegistry;
import dev.sandjar.testing.registry.WithRegistry;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sessions API with an image that has a shell and little else, fetched by a real server from a real registry. */
@WithRegistry
class SmallImageTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RealServer server;
    private String id;

    @BeforeEach
    void start(TestRegistry registry) throws Exception {
        server = new RealServer(
                Path.of("/var/lib/sandjar-test/small-image"), "-Dsandjar.registries=" + registry.address());
        String image = TestImage.busybox().push(registry, "small", "1");
        id = answer(server.post(
                        "/v1/sessions",
                        JSON.createObjectNode().put("image", image).toString()))
                .path("sessionId")
                .asText();
    }

    @AfterEach
    void stop() throws Exception {
        server.method("DELETE", "/v1/sessions/" + id, "");
        server.close();
    }

    @Test
    void whereThereIsNoBashACommandRunsInTheShellThatThereIs() throws Exception {
        JsonNode result = answer(server.post(
                "/v1/sessions/" + id + "/commands", "{\"command\": \"echo $0 ${BASH_VERSION:-is not bash}\"}"));
        assertThat(result.path("stdout").asText()).isEqualTo("sh is not bash\n");
    }

    @Test
    void codeForAProgramThatTheImageDoesNotHaveEndsWith127AndSaysWhich() throws Exception {
        JsonNode result = answer(server.post("/v1/sessions/" + id + "/code", "{\"code\": \"print(1)\"}"));
        assertThat(result.path("exitCode").asInt()).isEqualTo(127);
        assertThat(result.path("stderr").asText()).contains("python3");
    }

    private static JsonNode answer(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }
}
