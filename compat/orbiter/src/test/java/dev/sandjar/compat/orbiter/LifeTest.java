package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** States, names and what a sandbox says of itself, on this machine. */
class LifeTest {
    private static SandboxBuilder<LocalSandbox> builder() {
        return LocalSandbox.builder().withPlaceOptions(Servers.HERE);
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource({
        "INIT, RUNNING, true", "INIT, IDLE, false", "INIT, ERROR, false", "INIT, CLOSED, true", "INIT, INIT, false",
        "RUNNING, RUNNING, false", "RUNNING, IDLE, true", "RUNNING, ERROR, true", "RUNNING, CLOSED, true",
                "RUNNING, INIT, false",
        "IDLE, RUNNING, true", "IDLE, IDLE, false", "IDLE, ERROR, true", "IDLE, CLOSED, true", "IDLE, INIT, false",
        "ERROR, RUNNING, true", "ERROR, IDLE, false", "ERROR, ERROR, false", "ERROR, CLOSED, true",
                "ERROR, INIT, false",
        "CLOSED, RUNNING, false", "CLOSED, IDLE, false", "CLOSED, ERROR, false", "CLOSED, CLOSED, false",
                "CLOSED, INIT, false",
    })
    void thereAreTheseWaysBetweenStates(SandboxStatus from, SandboxStatus to, boolean allowed) {
        if (allowed) {
            from.requireWayTo(to);
        } else {
            assertThatThrownBy(() -> from.requireWayTo(to))
                    .isInstanceOf(SandboxError.class)
                    .hasMessage("Cannot transition from " + from.word() + " to " + to.word());
        }
    }

    @Test
    void itIsStartedStoppedStartedAgainAndCleanedUp() throws Exception {
        var sandbox = builder().build();
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.INIT);
        sandbox.start();
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.RUNNING);
        var first = sandbox.sandbox().id();
        assertThatThrownBy(sandbox::start).hasMessage("Cannot transition from running to running");
        sandbox.stop();
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.IDLE);
        assertThatThrownBy(sandbox::stop).hasMessage("Cannot transition from idle to idle");
        sandbox.start();
        assertThat(sandbox.sandbox().id()).isNotEqualTo(first);
        sandbox.cleanup();
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.CLOSED);
        assertThatThrownBy(sandbox::cleanup).hasMessage("Cannot transition from closed to closed");
        assertThatThrownBy(sandbox::start).hasMessage("Cannot transition from closed to running");
        sandbox.close(); // which is no second cleanup
    }

    @Test
    void nothingIsLeftOfWhatWasStopped() throws Exception {
        try (var sandbox = builder().start()) {
            var id = sandbox.sandbox().id();
            try (var place = Sandboxes.open("local:", Servers.HERE)) {
                assertThat(place.get(id).info().state()).isEqualTo(SandboxState.RUNNING);
            }
            sandbox.stop();
            try (var place = Sandboxes.open("local:", Servers.HERE)) {
                assertThatThrownBy(() -> place.get(id).info()).hasMessage("no sandbox " + id);
            }
        }
    }

    @Test
    void oneThatWasNeverStartedCannotBeStoppedOrUsedButCleanedUp() {
        var sandbox = builder().build();
        assertThatThrownBy(sandbox::stop).hasMessage("Cannot transition from init to idle");
        assertThatThrownBy(() -> sandbox.runTool("terminal", Map.of("command", "true")))
                .isInstanceOf(SandboxError.class)
                .hasMessage("Sandbox must be running to call tools (status=init)");
        sandbox.cleanup();
        assertThat(sandbox.toString())
                .isEqualTo("LocalSandbox(sandbox_id='" + sandbox.sandboxId() + "', status='closed')");
    }

    @Test
    void aStartThatFailsLeadsToErrorAndMayBeTriedAgain() throws Exception {
        try (var sandbox = builder().withWorkspace(List.of("/proc/nowhere")).build()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(sandbox::start)
                        .isInstanceOf(SandboxError.class)
                        .hasMessageStartingWith(
                                "Failed to start local sandbox: workspace directory /proc/nowhere cannot be made: ");
                assertThat(sandbox.status()).isEqualTo(SandboxStatus.ERROR);
            }
            assertThatThrownBy(sandbox::stop).hasMessage("Cannot transition from error to idle");
        }
    }

    @Test
    void oneThatIsLostMeanwhileIsInErrorAndMayBeStartedAgain() throws Exception {
        try (var sandbox = builder().start();
                var place = Sandboxes.open("local:", Servers.HERE)) {
            place.get(sandbox.sandbox().id()).delete();
            assertThatThrownBy(() -> sandbox.runTool("terminal", Map.of("command", "true")))
                    .isInstanceOf(SandboxError.class)
                    .hasMessageStartingWith("Sandbox was lost: ");
            assertThat(sandbox.status()).isEqualTo(SandboxStatus.ERROR);
            sandbox.start();
            assertThat(sandbox.runTool("terminal", Map.of("command", "echo again")))
                    .containsEntry("stdout", "again\n");
        }
    }

    @Test
    void futuresDoTheSame() throws Exception {
        var sandbox = builder().build();
        sandbox.startAsync()
                .thenCompose(_ -> sandbox.runToolAsync("terminal", Map.of("command", "echo hello")))
                .thenAccept(result -> assertThat(result).containsEntry("stdout", "hello\n"))
                .thenCompose(_ -> sandbox.stopAsync())
                .get();
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.IDLE);
        sandbox.cleanupAsync().get();
        assertThatThrownBy(() -> sandbox.startAsync().get())
                .hasRootCauseInstanceOf(SandboxError.class)
                .hasRootCauseMessage("Cannot transition from closed to running");
    }

    @Test
    void aFutureThatIsCancelledInterruptsItsWork() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        try (var sandbox = builder()
                .withTools(new TestTool("wait", (_, _) -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return Map.of();
                }))
                .start()) {
            var future = sandbox.runToolAsync("wait", Map.of());
            begun.await();
            future.cancel(true);
            assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
            interrupted.await();
        }
    }

    @Test
    void itDescribesItselfInOrbitersWords() {
        var sandbox = builder().withWorkspace(List.of("src", "/workspace/data")).build();
        assertThat(sandbox.describe())
                .containsOnlyKeys("sandbox_id", "status", "workspace", "timeout")
                .containsEntry("sandbox_id", sandbox.sandboxId())
                .containsEntry("status", "init")
                .containsEntry("workspace", List.of("src", "/workspace/data"))
                .containsEntry("timeout", 30.0);
        assertThat(sandbox.sandboxId()).matches("[0-9a-f]{12}");
    }

    @Test
    void whatItWasGivenIsCopied() {
        var workspace = new ArrayList<>(List.of("a"));
        var server = new HashMap<String, Object>(Map.of("command", "true"));
        var agents = new HashMap<String, Object>(Map.of("writer", new HashMap<>(Map.of("model", "m"))));
        var sandbox = builder()
                .withWorkspace(workspace)
                .withMcpConfig(Servers.config("one", server))
                .withAgents(agents)
                .build();
        workspace.add("b");
        server.put("command", "false");
        agents.clear();
        assertThat(sandbox.workspace()).containsExactly("a");
        assertThat(sandbox.mcpConfig()).isEqualTo(Servers.config("one", Map.of("command", "true")));
        sandbox.agents().clear();
        assertThat(sandbox.agents()).isEqualTo(Map.of("writer", Map.of("model", "m")));
    }

    @Test
    void codeInsideIsToldOfAgents() throws Exception {
        try (var sandbox =
                builder().withAgents(Map.of("writer", Map.of("model", "small"))).start()) {
            assertThat(sandbox.runTool("terminal", Map.of("command", "cat $ORBITER_AGENTS")))
                    .containsEntry("stdout", "{\"writer\":{\"model\":\"small\"}}");
        }
    }

    @Test
    void anIdThatNoNameCanHaveIsRefused() {
        assertThatThrownBy(() -> builder().withSandboxId("Not_A_Name").build())
                .hasMessage("sandbox_id is Not_A_Name, allowed: small letters, digits and -, 51 at most");
    }

    @Test
    void aTimeoutOutOfRangeIsRefused() {
        assertThatThrownBy(() -> builder().withTimeout(Duration.ZERO).build())
                .hasMessage("timeout is 0.0, allowed: more than 0, at most 28800 seconds");
    }

    @Test
    void itReallyIsASandbox() throws Exception {
        try (var sandbox = builder()
                .withCpu("500m")
                .withMemory("128Mi")
                .withEnv(Map.of("GREETING", "hello"))
                .start()) {
            assertThat(sandbox.runTool("terminal", Map.of("command", "id -u; ls /sys/class/net; echo $GREETING")))
                    .containsEntry("stdout", "1000\nlo\nhello\n");
            assertThat(sandbox.sandbox().info().spec().memory()).hasValue(128 << 20);
            assertThat(sandbox.sandbox().info().spec().cpu()).hasValue(0.5);
        }
    }
}
