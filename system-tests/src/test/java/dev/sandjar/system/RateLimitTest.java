package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who asks too often waits, and nobody else does. Limits are so low here that no bucket fills within a test. */
class RateLimitTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RealServer server;

    @BeforeEach
    void start() throws Exception {
        server = new RealServer(
                Path.of("/var/lib/sandjar-test/limits"),
                "-Dsandjar.limits.requests=3",
                "-Dsandjar.limits.wrong-credentials=3");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void theCallerWhoAsksTooOftenIsToldHowLongToWait() throws Exception {
        for (int left = 2; left >= 0; left--) {
            var answer = server.get("/sessions");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValueAsLong("X-RateLimit-Remaining"))
                    .hasValue(left);
        }
        var refused = server.get("/v1/sandboxes");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValueAsLong("X-RateLimit-Limit")).hasValue(3);
        assertThat(refused.headers().firstValueAsLong("X-RateLimit-Remaining")).hasValue(0);
        long now = Instant.now().getEpochSecond();
        assertThat(refused.headers().firstValueAsLong("X-RateLimit-Reset").orElseThrow())
                .isBetween(now + 1, now + 61);
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 20L);
        JsonNode body = JSON.readTree(refused.body());
        assertThat(body.path("error").asText()).isEqualTo("RATE_LIMITED");
        assertThat(body.path("message").asText()).isEqualTo("more than 3 requests a minute");
        assertThat(body.path("details").path("remedy").asText()).matches("wait [0-9]+ seconds");
        assertThat(body.path("details").path("retryable").asBoolean()).isTrue();
        assertThat(asked("/v1/api/sandboxes", RealServer.TOKEN).statusCode())
                .as("the other door counts too")
                .isEqualTo(429);

        assertThat(asked("/sessions", RealServer.OTHER_TOKEN).statusCode())
                .as("somebody else")
                .isEqualTo(200);
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void whoGuessesTokensIsSlowedDownAndKnownOnesStillComeIn() throws Exception {
        assertThat(asked("/sessions", RealServer.TOKEN).statusCode()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            assertThat(asked("/sessions", "guess-" + i).statusCode()).isEqualTo(401);
        }
        var refused = asked("/sessions", "guess");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(JSON.readTree(refused.body()).path("message").asText())
                .isEqualTo("more than 3 wrong credentials a minute from your address");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 20L);
        assertThat(asked("/v1/api/sandboxes", "guess").statusCode()).isEqualTo(429);
        assertThat(asked("/sessions", RealServer.OTHER_TOKEN).statusCode())
                .as("a guess that would be right is not told from a wrong one")
                .isEqualTo(429);
        assertThat(asked("/sessions", RealServer.TOKEN).statusCode())
                .as("a neighbour behind the same address")
                .isEqualTo(200);
    }

    private HttpResponse<String> asked(String path, String token) throws Exception {
        return server.send(
                HttpRequest.newBuilder(server.address.resolve(path)).header("Authorization", "Bearer " + token));
    }
}
