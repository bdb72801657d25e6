package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sandjar.Finding;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.image.Trees;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.runtime.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The folder that everything is kept in, and the machine around it. */
@ExtendWith(NothingLeft.class)
class HomeTest {
    @TempDir
    Path folder;

    @Test
    void aPathThatIsTooLongForASocketIsRefused() {
        assertThatThrownBy(() -> Home.open(folder.resolve("long".repeat(20))))
                .hasMessageContaining("allowed: at most 53 bytes");
    }

    @Test
    void aPathThatIsNoFolderIsNamedWithTheCause() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Home.open(file))
                .hasMessage("home " + file + " cannot be used: " + file + "/sandboxes: Not a directory");
    }

    @Test
    void aFolderThatASandboxesRootCannotReachIsRefused() {
        assertThatThrownBy(() -> Home.open(folder.resolve("home"))) // JUnit closes its folder to others
                .hasMessage(
                        "home is in a folder that others cannot enter, allowed: a place such as /var/lib/sandjar, or chmod o+x on that folder");
    }

    @Test
    void nobodyElseCanListOrReadWhatIsKept() throws Exception {
        try (Shell shell = Shell.open()) {
            Path sandbox = Home.open(TestHome.FOLDER).sandbox(shell.id()).path();
            assertThat(mode(TestHome.FOLDER)).isEqualTo("rwx--x--x");
            assertThat(mode(sandbox.getParent())).isEqualTo("rwx--x--x");
            assertThat(mode(sandbox)).isEqualTo("rwx--x---");
            for (String secret : new String[] {"key", "record", "placement", "lock"}) {
                assertThat(mode(sandbox.resolve(secret))).as(secret).isEqualTo("rw-------");
            }
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void afterTheMachineWasStartedAnewASandboxIsDeadAndCanBeRemoved() throws Exception {
        try (Shell shell = Shell.open()) {
            SandboxFolder sandbox = Home.open(TestHome.FOLDER).sandbox(shell.id());
            PlacementFile now = sandbox.placement().orElseThrow();
            sandbox.writePlacement(new PlacementFile(
                    "another boot", now.agent(), now.starter(), now.createdAt(), now.image(), now.weaknesses()));
            Placement dead = TestHome.runtime().find(shell.id()).orElseThrow();
            assertThat(dead.status()).isEqualTo(Placement.Status.DEAD);
            assertThat(dead.reason()).isEqualTo("this machine was started anew");
        }
    }

    @Test
    void aProcessThatHasTheAgentsNumberIsNotTakenForIt() throws Exception {
        try (Shell shell = Shell.open()) {
            SandboxFolder sandbox = Home.open(TestHome.FOLDER).sandbox(shell.id());
            PlacementFile now = sandbox.placement().orElseThrow();
            var us = new dev.sandjar.oci.kernel.ProcessIdentity(
                    (int) ProcessHandle.current().pid(), 1);
            sandbox.writePlacement(
                    new PlacementFile(now.boot(), us, now.starter(), now.createdAt(), now.image(), now.weaknesses()));
            assertThat(TestHome.runtime().find(shell.id()).orElseThrow().status())
                    .isEqualTo(Placement.Status.DEAD);
        }
    }

    @Test
    void anOciRuntimeThatDoesNotWorkIsPassedOver() throws Exception {
        Path broken = Files.writeString(folder.resolve("crun"), "#!/bin/sh\necho refused >&2\nexit 1\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        var environment = new HashMap<>(System.getenv());
        environment.put("PATH", folder + ":" + System.getenv("PATH"));
        Path home = Files.createTempDirectory("sandjar-oci");
        try {
            var runtime = OciRuntime.open(Options.in(home), Machine.look(environment), Creation.Faults.NONE);
            try (Shell shell = Shell.in(runtime, SandboxSpec.of("host"))) {
                assertThat(shell.output("echo works")).isEqualTo("works\n");
            }
            assertThat(Files.readString(home.resolve("tool"))).doesNotStartWith(folder.toString());
        } finally {
            Trees.remove(home);
        }
    }

    @Test
    void aMachineWithoutAnOciRuntimeSaysWhatToInstall() throws Exception {
        Path home = Files.createTempDirectory("sandjar-oci");
        try {
            var runtime = OciRuntime.open(
                    Options.in(home), Machine.look(java.util.Map.of("PATH", folder.toString())), Creation.Faults.NONE);
            assertThatThrownBy(() -> runtime.create(SandboxId.random(), SandboxSpec.of("host"), "{}", Shell.soon()))
                    .hasMessage("no OCI runtime is on the PATH of this machine");
        } finally {
            Trees.remove(home);
        }
    }

    @Test
    void doctorTriesWhatItTells() {
        assertThat(TestHome.runtime().doctor())
                .noneMatch(finding -> finding.level() == Finding.Level.BROKEN)
                .extracting(Finding::code)
                .contains("oci-runtime", "memory-limits", "process-limits", "user-namespaces", "seccomp");
    }

    @Test
    void doctorSaysToWhoIsNotRootThatAndNothingElse() {
        Machine ours = Machine.look(System.getenv());
        var others = new Machine(
                false,
                ours.boot(),
                ours.kernel(),
                ours.cgroups(),
                ours.tools(),
                ours.userNamespaces(),
                ours.seccomp(),
                ours.overlay(),
                ours.disks(),
                ours.openFiles());
        assertThat(new Doctor(Home.open(TestHome.FOLDER), Optional.empty(), WorkLimits.DEFAULT).examine(others))
                .extracting(Finding::code, Finding::level)
                .containsExactly(tuple("administrator", Finding.Level.BROKEN));
    }
}
