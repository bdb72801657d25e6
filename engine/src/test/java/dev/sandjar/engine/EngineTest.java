package dev.sandjar.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lifetimes, pools, owners and restarts, with real sandboxes and a clock that the tests move. */
@Timeout(120)
class EngineTest {
    private static final String HOME = "/var/lib/sandjar-test/engine";
    private static final SandboxSpec PLAIN = SandboxSpec.builder().build();

    private final FakeAlarms clock = new FakeAlarms();
    private Engine engine = open(EngineConfig.builder());

    @AfterEach
    void removeAll() {
        for (String owner : List.of("alice", "bob")) {
            Sandboxes sandboxes = engine.sandboxes(owner);
            sandboxes
                    .list(0, 100)
                    .sandboxes()
                    .forEach(info -> sandboxes.get(info.id()).delete());
        }
        engine.close();
    }

    @Test
    void aSandboxIsRemovedWhenItsLifetimeEnds() throws Exception {
        Sandbox sandbox =
                alice().create(SandboxSpec.builder().ttl(Duration.ofMinutes(2)).build());
        clock.advance(Duration.ofSeconds(119));
        assertThat(sandbox.run("echo", "here").stdout()).isEqualTo("here\n");
        clock.advance(Duration.ofSeconds(1));
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> alice().get(sandbox.id()));
        assertThat(engine.counts()).isEmpty();
    }

    @Test
    void renewingMovesTheEnd() throws Exception {
        Sandbox sandbox =
                alice().create(SandboxSpec.builder().ttl(Duration.ofMinutes(1)).build());
        clock.advance(Duration.ofSeconds(50));
        sandbox.renew(Duration.ofMinutes(1));
        clock.advance(Duration.ofSeconds(59));
        assertThat(alice().get(sandbox.id()).info().state()).isEqualTo(SandboxState.RUNNING);
        clock.advance(Duration.ofSeconds(1));
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> alice().get(sandbox.id()));
    }

    @Test
    void renewingAndExpiringAtOnceNeverLeavesHalfASandbox() throws Exception {
        for (int i = 0; i < 5; i++) {
            Sandbox sandbox = alice().create(
                            SandboxSpec.builder().ttl(Duration.ofMinutes(1)).build());
            try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
                var renewed = tasks.submit(() -> sandbox.renew(Duration.ofHours(1)));
                clock.advance(Duration.ofMinutes(1));
                try {
                    renewed.get();
                    assertThat(sandbox.run("true").exitCode()).isZero();
                } catch (java.util.concurrent.ExecutionException tooLate) {
                    refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> alice().get(sandbox.id()));
                }
            }
        }
    }

    @Test
    void anUnusedSandboxIsRemovedAndAUsedOneIsNot() throws Exception {
        var spec = SandboxSpec.builder().idleTimeout(Duration.ofMinutes(1)).build();
        Sandbox unused = alice().create(spec);
        Sandbox used = alice().create(spec);
        try (RunningCommand command = used.start(CommandSpec.shell("echo x; sleep 1000"))) {
            command.output().next();
            clock.advance(Duration.ofMinutes(10));
            assertThat(alice().get(used.id()).info().state()).isEqualTo(SandboxState.RUNNING);
            refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> alice().get(unused.id()));
        }
    }

    @Test
    void whatIsAnotherOwnersDoesNotExist() throws Exception {
        Sandbox sandbox = alice().create(PLAIN);
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> engine.sandboxes("bob").get(sandbox.id()));
        assertThat(engine.sandboxes("bob").list(0, 10).total()).isZero();
    }

    @Test
    void anOwnerHasNoMoreThanItsQuotaAndGetsItBack() throws Exception {
        reopen(EngineConfig.builder().maxPerOwner(2));
        Sandbox first = alice().create(PLAIN);
        alice().create(PLAIN);
        refuses(ErrorCode.QUOTA_EXCEEDED, () -> alice().create(PLAIN));
        engine.sandboxes("bob").create(PLAIN);
        first.delete();
        alice().create(PLAIN);
    }

    @Test
    void aFailedCreateGivesItsQuotaBack() throws Exception {
        reopen(EngineConfig.builder().maxPerOwner(1));
        for (int i = 0; i < 3; i++) {
            refuses(ErrorCode.REGISTRY_UNAVAILABLE, () -> alice().create(SandboxSpec.of("127.0.0.1:1/no/such:image")));
        }
        alice().create(PLAIN);
    }

    @Test
    void aClaimedSandboxIsNeverHandedOutAgain() throws Exception {
        var template = new Template("warm", SandboxSpec.builder().pids(100).build(), 3);
        reopen(EngineConfig.builder().templates(List.of(template)));
        Set<SandboxId> seen = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            while (engine.warm().get("warm") == 0) {
                Thread.onSpinWait();
            }
            Sandbox sandbox = alice().create(SandboxSpec.builder()
                    .template("warm")
                    .env(Map.of("N", "" + i))
                    .build());
            assertThat(seen.add(sandbox.id())).isTrue();
            assertThat(sandbox.run("sh", "-c", "echo $N").stdout()).isEqualTo(i + "\n");
            clock.advance(Duration.ofMillis(20)); // the refill lets the claimer begin
        }
        assertThat(alice().list(0, 10).total()).isEqualTo(8);
        while (engine.warm().get("warm") < 3) {
            Thread.onSpinWait();
        }
    }

    @Test
    void closingWhileAPoolFillsLeavesNothing() throws Exception {
        var template = new Template("warm", PLAIN, 3);
        for (int ready = 0; ready < 3; ready++) {
            reopen(EngineConfig.builder().templates(List.of(template)));
            while (engine.warm().get("warm") < ready) {
                Thread.onSpinWait();
            }
            engine.close();
            assertThat(Path.of(HOME, "sandboxes")).isEmptyDirectory();
            engine = open(EngineConfig.builder());
        }
    }

    @Test
    void aRestartedEngineKeepsOwnersEndsAndKeys() throws Exception {
        Sandbox sandbox =
                alice().create(SandboxSpec.builder().ttl(Duration.ofMinutes(5)).build(), "key");
        reopen(EngineConfig.builder());
        assertThat(alice().create(
                                SandboxSpec.builder().ttl(Duration.ofMinutes(5)).build(), "key")
                        .id())
                .isEqualTo(sandbox.id());
        clock.advance(Duration.ofMinutes(5));
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> alice().get(sandbox.id()));
    }

    @Test
    void aSandboxThatDiedIsFailedWithAReasonAndCanBeDeleted() throws Exception {
        Sandbox sandbox = alice().create(PLAIN);
        String pid = java.nio.file.Files.readAllLines(java.nio.file.Path.of(
                        "/sys/fs/cgroup/pids/sandjar", sandbox.id().toString(), "cgroup.procs"))
                .getFirst();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
        while (sandbox.info().state() != SandboxState.FAILED) {
            Thread.onSpinWait();
        }
        assertThat(sandbox.info().reason().orElseThrow()).contains("agent is gone");
        refuses(ErrorCode.SANDBOX_LOST, () -> sandbox.run("true"));
        sandbox.delete();
    }

    private Sandboxes alice() {
        return engine.sandboxes("alice");
    }

    private void reopen(EngineConfig.Builder config) {
        engine.close();
        engine = open(config);
    }

    private Engine open(EngineConfig.Builder config) {
        var runtime = ServiceLoader.load(SandboxRuntimeProvider.class)
                .iterator()
                .next()
                .open(Map.of("home", HOME));
        return Engine.open(runtime, config.resident(true).build(), clock);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void refuses(ErrorCode code, Work work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
