package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.SandboxesContract;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same scenarios as on one machine, on a cluster. */
@Tag("cluster")
class ClusterSandboxesTest extends SandboxesContract {
    private static Sandboxes sandboxes;

    @BeforeAll
    static void open() {
        sandboxes = Sandboxes.open("kubernetes:", RealCluster.options());
    }

    @AfterAll
    static void close() {
        sandboxes.close();
    }

    /** But for its owner: a volume of a pod belongs to root, and everybody in the pod may write there. */
    @Test
    @Override
    public void filesHaveTheRightsOfTheSandboxsUser() throws Exception {
        try (Sandbox sandbox = sandboxes.create(SandboxSpec.builder().build())) {
            assertThatThrownBy(() -> sandbox.files().write("/etc/passwd", "x".getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED));
            assertThat(sandbox.run("sh", "-c", "touch a && stat -c %u a").stdout())
                    .isEqualTo("1000\n");
        }
    }

    /** A pod's own deadline cannot be put off. */
    @Test
    void renewingBeyondTheLongestLifeOfAPodIsRefused() throws Exception {
        var options = new HashMap<>(RealCluster.options());
        options.put("longest-life", "120");
        try (Sandboxes brief = Sandboxes.open("kubernetes:", options);
                Sandbox sandbox = brief.create(
                        SandboxSpec.builder().ttl(Duration.ofSeconds(60)).build())) {
            assertThat(sandbox.renew(Duration.ofSeconds(70)).expiresAt()).isAfter(Instant.now());
            assertThatThrownBy(() -> sandbox.renew(Duration.ofSeconds(121)))
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                    .hasMessageContaining("the 120 seconds that a sandbox may live here");
        }
    }

    @Override
    protected Sandboxes sandboxes() {
        return sandboxes;
    }
}
