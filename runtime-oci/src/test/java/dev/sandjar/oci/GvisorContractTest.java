package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.image.Aliases;
import dev.sandjar.oci.image.Registries;
import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.testing.SandboxRuntimeContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same promises with a kernel of their own between the sandboxes and this machine's. */
@ExtendWith(NothingLeft.class)
class GvisorContractTest extends SandboxRuntimeContract {
    private static final OciRuntime RUNTIME = open();
    private static final Path KERNEL = Path.of("/proc/sys/kernel");

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

    /** What gVisor starts last has the lowest number then; it is traced, and cannot end before its tracer. */
    @Test
    void itIsRemovedAlthoughTheNumbersOfProcessesBeganAnewWhileItStarted() throws Exception {
        int highest =
                Integer.parseInt(Files.readAllLines(KERNEL.resolve("pid_max")).getFirst());
        for (int left = 20; left <= 80; left += 15) { // how many are used up before depends on the machine
            Files.writeString(KERNEL.resolve("ns_last_pid"), Integer.toString(highest - left));
            try (Shell shell = Shell.in(RUNTIME, SandboxSpec.of("host"))) {
                assertThat(shell.output("echo $((1 + 1))").strip()).isEqualTo("2");
            }
        }
    }
}
