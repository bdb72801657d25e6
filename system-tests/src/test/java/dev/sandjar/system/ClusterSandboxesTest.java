package dev.sandjar.system;

import dev.sandjar.Sandboxes;
import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.SandboxesContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same scenarios as on one machine, on a cluster. */
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

    @Override
    protected Sandboxes sandboxes() {
        return sandboxes;
    }
}
