package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of a cluster's service accounts, where many callers come from one address. */
@Timeout(120)
@Tag("cluster")
class ClusterIdentityTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    @Test
    void whoWasRightBeforeComesInWhateverANeighbourDoesAndWhoWasNotIsNotAskedAbout() throws Exception {
        try (var namespace = new ClusterNamespace();
                var server = Replica.start(
                        home,
                        namespace.name(),
                        "SANDJAR_AUTH_KUBERNETES=true",
                        "-Dsandjar.limits.wrong-credentials=3")) {
            RealCluster.kubectl("-n", namespace.name(), "create", "serviceaccount", "late");
            String early = token(namespace.name(), "default");
            String late = token(namespace.name(), "late");
            assertThat(asked(server, early)).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                assertThat(asked(server, "e30.e30." + i)).isEqualTo(401);
            }
            assertThat(asked(server, "e30.e30.e30")).isEqualTo(429);
            assertThat(asked(server, late)).isEqualTo(429);
            assertThat(asked(server, early)).isEqualTo(200);
        }
    }

    private static int asked(RealServer server, String token) throws Exception {
        return server.send(HttpRequest.newBuilder(server.address.resolve("/sessions"))
                        .header("Authorization", "Bearer " + token))
                .statusCode();
    }

    private static String token(String namespace, String account) throws Exception {
        Waiting.until("it has its token", () -> find(namespace, account).isPresent());
        return find(namespace, account).orElseThrow();
    }

    private static Optional<String> find(String namespace, String account) throws IOException {
        JsonNode secrets = JSON.readTree(RealCluster.kubectl("-n", namespace, "get", "secrets", "-o", "json"));
        for (JsonNode secret : secrets.path("items")) {
            if (secret.at("/metadata/annotations")
                    .path("kubernetes.io/service-account.name")
                    .asText()
                    .equals(account)) {
                byte[] token =
                        Base64.getDecoder().decode(secret.at("/data/token").asText());
                return Optional.of(new String(token, StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }
}
