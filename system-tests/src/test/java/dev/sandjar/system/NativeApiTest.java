package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code /v1/api} promises to clients that are not ours: docs/http-api.md. */
@Timeout(60)
class NativeApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home);
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.close();
        sandboxes.close();
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

    @ParameterizedTest
    @CsvSource({"-1, 'offset is -1, allowed: 0 or more'", "6, 'offset is 6, allowed: at most the file''s size'"})
    void anOffsetOutsideOfTheFileIsRefused(long offset, String message) throws Exception {
        sandbox.files().write("five", "12345".getBytes(StandardCharsets.US_ASCII));
        var answer = server.get("/v1/api/sandboxes/" + sandbox.id() + "/files/content?path=five&offset=" + offset);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("message").asText()).isEqualTo(message);
    }

    @Test
    void aFileThatBecomesShorterWhileItIsReadIsNoShortFile() throws Exception {
        sandbox.run("truncate", "-s", "200M", "large");
        try (InputStream in = sandbox.files().open("large")) {
            in.readNBytes(1);
            sandbox.run("truncate", "-s", "150M", "large"); // the reader pauses: far less than that is under way
            assertThatThrownBy(in::readAllBytes).hasMessage("file large became shorter while it was read");
        }
    }

    @Test
    void whatIsBehindALinkIsSentWhole() throws Exception {
        sandbox.run("sh", "-c", "seq 1000 > numbers; ln -s numbers link");
        assertThat(server.get("/v1/sessions/" + sandbox.id() + "/files/link").body())
                .hasSize(3_893)
                .endsWith("1000\n");
    }

    @Test
    void aDownloadOfAnotherVersionDoesNotGoOn() throws Exception {
        sandbox.files().write("changing", "12345".getBytes(StandardCharsets.US_ASCII));
        String path = "/v1/api/sandboxes/" + sandbox.id() + "/files/content?path=changing";
        String version =
                server.get(path).headers().firstValue("Sandjar-File-Version").orElseThrow();
        assertThat(server.get(path + "&offset=2&version=" + version).statusCode())
                .isEqualTo(200);
        sandbox.files().write("changing", "1234".getBytes(StandardCharsets.US_ASCII));
        assertThat(server.get(path + "&offset=2&version=" + version).statusCode())
                .isEqualTo(503);
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
