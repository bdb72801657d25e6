package dev.sandjar.server.door.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every code as clients of the sessions API see it. Its cause stays with us. */
class ErrorsTest {
    private static final Vertx VERTX = Vertx.vertx();

    private static HttpServer server;

    /** Answers {@code /CODE} by that code's error. */
    @BeforeAll
    static void serve() throws Exception {
        Router router = Router.router(VERTX);
        router.route("/:code").handler(context -> {
            ErrorCode code = ErrorCode.valueOf(context.pathParam("code"));
            var cause = new IOException("/var/lib/secret/path of the host");
            write(
                    new Errors().known(new SandboxException(code, "what happened", "what to do", cause), context),
                    context);
        });
        server = VERTX.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get();
    }

    private static void write(Response response, RoutingContext context) {
        context.response().setStatusCode(response.getStatus());
        response.getStringHeaders().forEach((name, values) -> context.response().putHeader(name, values));
        context.response().end(response.getEntity().toString());
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeHasItsStatusARemedyAndNothingOfOurs(ErrorCode code) throws Exception {
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/" + code))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(code.httpStatus());
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("WWW-Authenticate").isPresent())
                .isEqualTo(code == ErrorCode.UNAUTHENTICATED);
        JsonNode body = new ObjectMapper().readTree(answer.body());
        assertThat(body.path("error").asText()).isEqualTo(Errors.name(code, false));
        assertThat(body.path("message").asText()).isEqualTo("what happened");
        assertThat(body.path("details").path("remedy").asText()).isEqualTo("what to do");
        assertThat(body.path("details").path("retryable").asBoolean())
                .isEqualTo(code.retry() == ErrorCode.Retry.AFTER_DELAY);
        assertThat(body.path("requestId").asText()).matches("req-[0-9a-f]{16}");
        assertThat(body.path("timestamp").asText()).matches("[-0-9]{10}T[:0-9]{8}(\\.[0-9]{3})?Z");
        assertThat(answer.body()).doesNotContain("secret", "Exception", "\\tat ", "cause");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void thePageOfErrorsHasEveryCodeWithItsStatus(ErrorCode code) throws Exception {
        String again = code.retry() == ErrorCode.Retry.NEVER ? "no" : "later";
        List<String> rows = Files.readAllLines(Path.of("../docs/errors.md"));
        assertThat(rows)
                .anyMatch(row -> row.startsWith(
                        String.format(Locale.ROOT, "| `%s` | %d | %s |", code, code.httpStatus(), again)));
    }

    @Test
    void noTwoCodesHaveOneName() {
        for (boolean sandboxes : new boolean[] {true, false}) {
            var names = new HashSet<String>();
            for (ErrorCode code : ErrorCode.values()) {
                assertThat(names.add(Errors.name(code, sandboxes)))
                        .as(code.name())
                        .isTrue();
            }
        }
        assertThat(Errors.name(ErrorCode.SANDBOX_NOT_FOUND, true)).isEqualTo("SANDBOX_NOT_FOUND");
        assertThat(Errors.name(ErrorCode.SANDBOX_NOT_FOUND, false)).isEqualTo("SESSION_NOT_FOUND");
    }
}
