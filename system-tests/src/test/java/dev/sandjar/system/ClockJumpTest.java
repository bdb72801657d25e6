package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server whose wall clock is set while it runs, as by an administrator or a time service: libfaketime between it and the kernel. */
@Timeout(120)
class ClockJumpTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest(name = "by {0}")
    @CsvSource({"+1d, 1", "-1d, -1"})
    void neitherEndsASandboxEarlyNorLetsItLiveOn(String jump, int days) throws Exception {
        Path clock = Files.writeString(folder.resolve("clock"), "+0");
        try (var server = new RealServer(
                        Path.of("/var/lib/sandjar-test/clock"),
                        "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
                        "FAKETIME_TIMESTAMP_FILE=" + clock,
                        "FAKETIME_CACHE_DURATION=1",
                        "DONT_FAKE_MONOTONIC=1");
                var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
                var kept = sandboxes.create(
                        SandboxSpec.builder().ttl(Duration.ofMinutes(10)).build())) {
            Instant end = kept.info().expiresAt();
            Instant before = serversTime(server);
            Files.writeString(clock, jump);
            Waiting.until(
                    "its clock has jumped",
                    () -> Duration.between(before, serversTime(server)).toHours() * days >= 23);
            assertThat(kept.run("echo", "here").stdout()).isEqualTo("here\n");
            assertThat(kept.info().expiresAt()).isEqualTo(end);
            Sandbox idle = sandboxes.create(
                    SandboxSpec.builder().idleTimeout(Duration.ofSeconds(1)).build());
            Waiting.until(
                    "the unused one is gone",
                    () -> sandboxes.list(0, 100).sandboxes().stream()
                            .noneMatch(info -> info.id().equals(idle.id())));
            assertThat(kept.run("echo", "still").stdout()).isEqualTo("still\n");
        }
    }

    /** As it stamps its errors. */
    private static Instant serversTime(RealServer server) throws Exception {
        JsonNode error = JSON.readTree(server.get("/sessions/none").body());
        return Instant.parse(error.path("timestamp").asText());
    }
}
