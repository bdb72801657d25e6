package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A create that fails, wherever it does, leaves nothing; {@link NothingLeft} looks. */
@ExtendWith(NothingLeft.class)
class FailedCreateTest {
    private static final SandboxSpec DISK =
            SandboxSpec.builder().image("host").disk(32 << 20).build();

    @ParameterizedTest
    @EnumSource
    void aFailureAtAnyStepLeavesNothing(Creation.Step step) {
        var id = SandboxId.random();
        var runtime = failing(step, new IOException("broken"));
        assertThatThrownBy(() -> runtime.create(id, DISK, "{}", Shell.soon()))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
        assertThat(runtime.find(id)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptionAtAnyStepLeavesNothing(Creation.Step step) throws Exception {
        var id = SandboxId.random();
        var runtime = TestHome.open((_, at) -> {
            if (at == step) {
                Thread.currentThread().interrupt();
            }
        });
        var seen = new java.util.concurrent.CompletableFuture<String>();
        Thread.ofVirtual().start(() -> {
            try {
                runtime.create(id, DISK, "{}", Shell.soon());
                seen.complete("made");
            } catch (InterruptedException e) {
                seen.complete("interrupted");
            } catch (RuntimeException e) {
                seen.completeExceptionally(e);
            }
        });
        if (seen.get().equals("made")) { // nothing that can be interrupted came after it
            TestHome.runtime().destroy(id, Shell.soon());
        }
    }

    @Test
    void aDiskThatIsFullIsSaidToBe() {
        var runtime = failing(Creation.Step.ROOT, new IOException("x: No space left on device"));
        assertThatThrownBy(() -> runtime.create(SandboxId.random(), SandboxSpec.of("host"), "{}", Shell.soon()))
                .hasMessage("making the sandbox failed: this machine's disk is full")
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_CAPACITY));
    }

    @Test
    void aDeadlineThatHasPassedIsNamed() {
        assertThatThrownBy(() -> TestHome.runtime()
                        .create(
                                SandboxId.random(),
                                SandboxSpec.of("host"),
                                "{}",
                                Deadline.in("create", Duration.ofMillis(3))))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
                .hasMessageContaining("the limit \"create\"");
    }

    @Test
    void aFolderToStartInThatIsNotThereIsNamedAsTheCause() {
        var spec = SandboxSpec.builder().image("host").cwd("/no/such").build();
        assertThatThrownBy(() -> TestHome.runtime().create(SandboxId.random(), spec, "{}", Shell.soon()))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.START_FAILED))
                .hasMessageContaining("/no/such");
    }

    private static OciRuntime failing(Creation.Step step, IOException failure) {
        return TestHome.open((_, at) -> {
            if (at == step) {
                throw failure;
            }
        });
    }
}
