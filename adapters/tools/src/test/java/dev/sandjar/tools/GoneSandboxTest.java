package dev.sandjar.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no other call can mend is thrown, in words for the model too. */
class GoneSandboxTest {
    private Sandboxes place;
    private Sandbox sandbox;
    private ToolSet tools;

    @BeforeEach
    void create() throws Exception {
        place = TestPlace.open();
        sandbox = place.create(SandboxSpec.builder().build());
        tools = new ToolSet(sandbox);
    }

    @AfterEach
    void delete() {
        sandbox.delete();
        place.close();
    }

    @Test
    void aPausedSandboxIsTold() {
        sandbox.pause();
        throwsFor(ErrorCode.INVALID_STATE, "is paused", () -> tools.runCommand("true", null));
        throwsFor(ErrorCode.INVALID_STATE, "is paused", () -> tools.readFile("a", null, null));
        sandbox.resume();
        assertThat(tools.runCommand("true", null)).startsWith("exit code: 0\n");
    }

    @Test
    void aDeletedSandboxIsTold() {
        sandbox.delete();
        throwsFor(ErrorCode.SANDBOX_NOT_FOUND, "no sandbox " + sandbox.id(), () -> tools.runCode("bash", "true", null));
        throwsFor(ErrorCode.SANDBOX_NOT_FOUND, "no sandbox " + sandbox.id(), () -> tools.listFiles(null));
        throwsFor(ErrorCode.SANDBOX_NOT_FOUND, "no sandbox " + sandbox.id(), () -> tools.editFile("a", "b", "c"));
    }

    @Test
    void anInterruptedCallEndsAndStaysInterrupted() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        Thread agent = Thread.ofVirtual().unstarted(() -> {
            try {
                tools.runCommand("touch started; sleep 600", null);
            } catch (SandboxException e) {
                thrown.set(Thread.currentThread().isInterrupted() ? e : new AssertionError("the flag is gone", e));
            }
        });
        try (var watch = sandbox.files().watch(".")) {
            agent.start();
            watch.next(); // the command runs
        }
        agent.interrupt();
        agent.join();
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
    }

    private static void throwsFor(ErrorCode code, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message)
                .hasMessageContaining("do not try again");
    }
}
