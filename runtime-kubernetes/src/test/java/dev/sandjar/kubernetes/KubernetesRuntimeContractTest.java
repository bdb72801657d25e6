package dev.sandjar.kubernetes;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;

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
