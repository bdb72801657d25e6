package dev.sandjar.kubernetes;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The same from outside the cluster, and with the agent brought by an init container. */
@Execution(ExecutionMode.CONCURRENT)
@Tag("cluster")
@Tag("long") // four minutes; WaysTest has what is its own
class PortForwardContractTest extends SandboxRuntimeContract {
    private static KubernetesRuntime runtime;

    @BeforeAll
    static void opens() {
        runtime = open();
    }

    @AfterAll
    static void closes() {
        runtime.close();
    }

    private static KubernetesRuntime open() {
        return TestCluster.open(Map.of(
                "dial",
                "port-forward",
                "agent",
                "init:" + TestCluster.script("agent").getFirst()));
    }

    @Override
    protected SandboxRuntime runtime() {
        return runtime;
    }

    @Override
    protected SandboxRuntime reopened() {
        return open();
    }
}
