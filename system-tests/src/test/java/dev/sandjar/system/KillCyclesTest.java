package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.Waiting;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server on a cluster that is killed again and again, each time at another step of creates, claims and deletes. Three times in a build; {@code
 * -Dsandjar.test.kills=100} for a night.
 */
@Timeout(3_600)
@Tag("cluster")
@Tag("alone")
class KillCyclesTest {
    private static final int KILLS = Integer.getInteger("sandjar.test.kills", 3);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    @Test
    void afterAnyNumberOfKillsNoPodIsWithoutALease() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (var namespace = new ClusterNamespace()) {
            for (int kill = 0; kill < KILLS; kill++) {
                killAfter(random.nextInt(10), Replica.start(home, namespace.name(), "SANDJAR_TEMPLATES_READY_WARM=2"));
            }
            try (var last = Replica.start(home, namespace.name(), "SANDJAR_TEMPLATES_READY_WARM=2")) {
                becomesTidy(namespace, last, seed);
                for (String id : ids(last)) {
                    assertThat(last.method("DELETE", "/sessions/" + id, "").statusCode())
                            .isEqualTo(200);
                }
                Waiting.until(
                        "the pool is all that is left", () -> namespace.pods().size() == 2);
            }
            assertThat(namespace.pods()).isEmpty(); // a server that stops in an orderly way leaves no pool
        }
    }

    private static void becomesTidy(ClusterNamespace namespace, RealServer server, long seed) throws Exception {
        try {
            Waiting.until(
                    "every pod is somebody's or the pool's",
                    () -> namespace.pods().size() == ids(server).size() + 2);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", known: " + ids(server) + ", and there is:\n" + namespace.everything(), e);
        }
    }

    /** @param steps that clients see done before the kill; what others do at that moment is anywhere in the middle */
    private static void killAfter(int steps, RealServer server) throws InterruptedException {
        var done = new CountDownLatch(steps);
        for (int i = 0; i < 4; i++) {
            String body = i % 2 == 0 ? "{\"ttl\": 600}" : "{\"ttl\": 600, \"template\": \"ready\"}";
            Thread.ofVirtual().start(() -> {
                try {
                    for (int k = 0; k < 1_000; k++) {
                        JsonNode made =
                                JSON.readTree(server.post("/sessions", body).body());
                        done.countDown();
                        if (k % 2 == 0) {
                            server.method(
                                    "DELETE",
                                    "/sessions/" + made.path("sessionId").asText(),
                                    "");
                            done.countDown();
                        }
                    }
                } catch (Exception killed) {
                    // as it is meant to be
                }
            });
        }
        done.await(60, TimeUnit.SECONDS);
        server.kill();
    }

    private static TreeSet<String> ids(RealServer server) throws Exception {
        var ids = new TreeSet<String>();
        for (int offset = 0; ; offset += 100) {
            JsonNode page = JSON.readTree(
                            server.get("/sessions?limit=100&offset=" + offset).body())
                    .path("sessions");
            page.forEach(session -> ids.add(session.path("sessionId").asText()));
            if (page.size() < 100) {
                return ids;
            }
        }
    }
}
