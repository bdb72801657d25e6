package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.machine.Checks;
import dev.sandjar.oci.machine.Machine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A limit on files takes longer than all the rest of a create, so it is no default: then it has to be said. */
@ExtendWith(NothingLeft.class)
class DiskWeaknessTest {
    @Test
    void whoHasNoLimitOnDiskSaysSo() throws Exception {
        var limited = SandboxSpec.builder().image("host").disk(32L << 20).build();
        try (Shell without = Shell.open();
                Shell with = Shell.in(limited)) {
            assertThat(without.placement.weaknesses()).anyMatch(text -> text.contains("disk"));
            assertThat(with.placement.weaknesses()).noneMatch(text -> text.contains("disk"));
        }
    }

    @Test
    void theDoctorSaysIt() {
        assertThat(Checks.of(Machine.look(System.getenv())))
                .anyMatch(finding -> finding.seen().contains("can fill this machine's disk"));
    }
}
