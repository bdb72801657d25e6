package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxId;
import dev.sandjar.runtime.Placement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Other processes at the same home: killed while they make or remove a sandbox, or just at work. */
@ExtendWith(NothingLeft.class)
class CrashTest {
    @ParameterizedTest
    @EnumSource(names = "PLACEMENT", mode = EnumSource.Mode.EXCLUDE)
    void theNextInventoryRemovesWhatAKilledCreateLeft(Creation.Step step) throws Exception {
        try (var other = new OtherProcess(step)) {
            other.kill();
            assertThat(TestHome.runtime().find(other.id)).isEmpty();
            assertThat(inventory()).doesNotContain(other.id);
            assertThat(TestHome.runtime().find(other.id)).isEmpty();
        }
    }

    @Test
    void aSandboxThatWasWrittenDownSurvivesItsMaker() throws Exception {
        try (var other = new OtherProcess(Creation.Step.PLACEMENT)) {
            other.kill();
            assertThat(inventory()).contains(other.id);
            assertThat(TestHome.runtime().find(other.id).orElseThrow().status()).isEqualTo(Placement.Status.RUNNING);
            TestHome.runtime().destroy(other.id, Shell.soon());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "PLACEMENT", mode = EnumSource.Mode.EXCLUDE)
    void whatAnotherProcessIsMakingIsLeftAlone(Creation.Step step) throws Exception {
        try (var other = new OtherProcess(step)) {
            assertThat(inventory()).doesNotContain(other.id);
            assertThat(TestHome.runtime().find(other.id)).isEmpty();
            other.goOn();
            assertThat(TestHome.runtime().find(other.id).orElseThrow().status()).isEqualTo(Placement.Status.RUNNING);
            TestHome.runtime().destroy(other.id, Shell.soon());
        }
    }

    @Test
    void whatAnotherRuntimeInThisJvmIsMakingIsLeftAlone() throws Exception {
        var id = SandboxId.random();
        var runtime = TestHome.open((_, _) -> {
            try {
                assertThat(TestHome.runtime().inventory(Shell.soon()))
                        .extracting(Placement::reason)
                        .doesNotContain("its agent is gone: its lease ended, or it was killed");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        runtime.create(id, dev.sandjar.SandboxSpec.of("host"), "{}", Shell.soon());
        assertThat(runtime.find(id).orElseThrow().status()).isEqualTo(Placement.Status.RUNNING);
        runtime.destroy(id, Shell.soon());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"placement, ''", "placement, later 1", "placement, agent x y", "key, short"})
    void aSandboxWhoseNotesAreDamagedIsDeadAndCanBeRemoved(String file, String content) throws Exception {
        var id = SandboxId.random();
        TestHome.runtime().create(id, dev.sandjar.SandboxSpec.of("host"), "{}", Shell.soon());
        Files.writeString(TestHome.FOLDER.resolve("sandboxes/" + id + "/" + file), content);
        assertThat(TestHome.runtime().inventory(Shell.soon()))
                .filteredOn(placement -> placement.id().equals(id))
                .singleElement()
                .satisfies(placement -> {
                    assertThat(placement.status()).isEqualTo(Placement.Status.DEAD);
                    assertThat(placement.reason()).isEqualTo("what was written down of it is damaged");
                });
        TestHome.runtime().destroy(id, Shell.soon());
        assertThat(TestHome.runtime().find(id)).isEmpty();
    }

    @Test
    void theNextInventoryFinishesADestroyThatWasKilled() throws Exception {
        Shell shell = Shell.open();
        Home.open(TestHome.FOLDER).sandbox(shell.id()).forgetPlacement(); // the first thing that a destroy does
        assertThat(inventory()).doesNotContain(shell.id());
    }

    @Test
    void whatCannotBeRemovedYetDoesNotHideTheOthers() throws Exception {
        Shell stuck = Shell.open();
        try (Shell other = Shell.open()) {
            SandboxFolder folder = Home.open(TestHome.FOLDER).sandbox(stuck.id());
            Path file = Files.createFile(folder.path().resolve("stuck"));
            chattr("+i", file);
            folder.forgetPlacement();
            assertThat(inventory()).contains(other.id()).doesNotContain(stuck.id());
            chattr("-i", file);
            inventory();
            assertThat(folder.exists()).isFalse();
        }
    }

    @Test
    void whatSomebodyHasRemovedByHandInPartIsRemovedWhole() throws Exception {
        Shell shell = Shell.open();
        SandboxFolder folder = Home.open(TestHome.FOLDER).sandbox(shell.id());
        var agent = folder.placement().orElseThrow().agent();
        for (String name : List.of("placement", "range", "key", "lock")) {
            Files.delete(folder.path().resolve(name));
        }
        dev.sandjar.oci.kernel.DeviceFolder.make(folder.devices().resolveSibling("mounted"));
        inventory();
        assertThat(folder.exists()).isFalse();
        assertThat(Path.of("/proc/self/mountinfo"))
                .content()
                .doesNotContain(shell.id().toString());
        assertThat(agent.alive()).isFalse();
    }

    private static void chattr(String change, Path file) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("chattr", change, file.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void destroyWaitsForAnotherProcessThatIsMakingTheSandbox() throws Exception {
        try (var other = new OtherProcess(Creation.Step.BUNDLE)) {
            var destroyed = new java.util.concurrent.FutureTask<>(() -> {
                TestHome.runtime().destroy(other.id, Shell.soon());
                return true;
            });
            Thread.ofVirtual().start(destroyed);
            other.goOn();
            assertThat(destroyed.get()).isTrue();
            assertThat(TestHome.runtime().find(other.id)).isEmpty();
        }
    }

    private static Set<SandboxId> inventory() throws InterruptedException {
        return TestHome.runtime().inventory(Shell.soon()).stream()
                .map(Placement::id)
                .collect(java.util.stream.Collectors.toSet());
    }

    /** A JVM that makes a sandbox and stops after a step until it is told to go on. */
    private static final class OtherProcess implements AutoCloseable {
        final SandboxId id = SandboxId.random();
        private final Process process;
        private final BufferedReader said;

        OtherProcess(Creation.Step step) throws IOException {
            TestHome.BEGUN.add(id);
            process = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/java",
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StoppingCreate.class.getName(),
                            TestHome.FOLDER.toString(),
                            id.toString(),
                            step.name())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            said = process.inputReader();
            assertThat(said.readLine()).isEqualTo("stopped");
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        void goOn() throws IOException, InterruptedException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertThat(said.readLine()).isEqualTo("made");
            process.waitFor();
        }

        @Override
        public void close() throws InterruptedException {
            kill();
        }
    }
}
