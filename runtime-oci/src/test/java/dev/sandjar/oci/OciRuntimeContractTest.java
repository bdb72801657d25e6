package dev.sandjar.oci;

import dev.sandjar.oci.image.OciImages;
import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;
import java.nio.file.Path;
import java.util.Map;

class OciRuntimeContractTest extends SandboxRuntimeContract {
    static final Path HOME = Path.of("/var/lib/sandjar-test");

    private static final SandboxRuntime SHARED = open();

    @Override
    protected SandboxRuntime runtime() {
        return SHARED;
    }

    @Override
    protected SandboxRuntime reopened() {
        return open();
    }

    private static SandboxRuntime open() {
        return new OciRuntime(HOME, new OciImages(Map.of()));
    }
}
