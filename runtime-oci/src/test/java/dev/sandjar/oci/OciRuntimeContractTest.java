package dev.sandjar.oci;

import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class OciRuntimeContractTest extends SandboxRuntimeContract {
    @Override
    protected SandboxRuntime runtime() {
        return TestHome.runtime();
    }

    @Override
    protected SandboxRuntime reopened() {
        return TestHome.open();
    }
}
