package dev.sandjar.kubernetes;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("cluster")
class KubernetesRuntimeContractTest extends SandboxRuntimeContract {
    @Override
    protected SandboxRuntime runtime() {
        return TestCluster.runtime();
    }

    @Override
    protected SandboxRuntime reopened() {
        return TestCluster.open();
    }
}
