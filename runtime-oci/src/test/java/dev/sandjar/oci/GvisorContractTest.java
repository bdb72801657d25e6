package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.image.Aliases;
import dev.sandjar.oci.image.Registries;
import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same promises with a kernel of their own between the sandboxes and this machine's. */
@ExtendWith(NothingLeft.class)
class GvisorContractTest extends SandboxRuntimeContract {
    private static final OciRuntime RUNTIME = open();

    private static OciRuntime open() {
        return TestHome.open(
                new Options(TestHome.FOLDER, Registries.ANY, Aliases.NONE, Optional.of("runsc"), WorkLimits.DEFAULT),
                Creation.Faults.NONE);
    }

    @Override
    protected SandboxRuntime runtime() {
        return RUNTIME;
    }

    @Override
    protected SandboxRuntime reopened() {
        return open();
    }

    @Test
    void theKernelIsNotThisMachines() throws Exception {
        try (Shell shell = Shell.in(RUNTIME, SandboxSpec.of("host"))) {
            assertThat(shell.output("uname -r").strip()).isNotEqualTo(System.getProperty("os.version"));
        }
    }
}
