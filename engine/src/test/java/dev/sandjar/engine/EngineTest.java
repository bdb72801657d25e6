package dev.sandjar.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.ProcessId;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxRuntime;
import dev.sandjar.runtime.SandboxRuntimeProvider;
import dev.sandjar.testing.Waiting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void renewingForLessMovesTheEndNearer() throws Exception {
        Sandbox sandbox =
                alice().create(SandboxSpec.builder().ttl(Duration.ofHours(8)).build());
        sandbox.renew(Duration.ofMinutes(1));
        clock.advance(Duration.ofMinutes(1));
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> alice().get(sandbox.id()));
    }

    @Test
    void aPausedSandboxThatIsRenewedOutlivesTheEndThatItHadWhenItWasPaused() throws Exception {
        Sandbox paused = alice().create(PLAIN);
        Sandbox witness = alice().create(PLAIN); // ends by its own agent when the other would
        endIn(paused, Duration.ofSeconds(1));
        paused.pause();
        endIn(witness, Duration.ofSeconds(1));
        paused.renew(Duration.ofHours(1));
        awaitDeath(witness);
        paused.resume();
        assertThat(paused.run("echo", "here").stdout()).isEqualTo("here\n");
    }

    @Test
    void aPausedSandboxIsNotIdle() throws Exception {
        var spec = SandboxSpec.builder().idleTimeout(Duration.ofSeconds(1)).build();
        Sandbox paused = alice().create(spec);
        paused.pause();
        awaitDeath(alice().create(spec));
        paused.resume();
        assertThat(paused.run("echo", "here").stdout()).isEqualTo("here\n");
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
    void onlyOperatorsSeeAndChangeWhatAllShare() {
        reopen(EngineConfig.builder().operators(Set.of("bob")));
        refuses(ErrorCode.PERMISSION_DENIED, () -> alice().images().remove("python"));
        refuses(ErrorCode.PERMISSION_DENIED, () -> alice().images().list());
        refuses(ErrorCode.PERMISSION_DENIED, () -> alice().doctor());
        refuses(
                ErrorCode.IMAGE_NOT_FOUND,
                () -> engine.sandboxes("bob").images().remove("python"));
        assertThat(engine.sandboxes("bob").doctor()).isNotEmpty();
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
            awaitWarm(1);
            Sandbox sandbox = alice().create(SandboxSpec.builder()
                    .template("warm")
                    .env(Map.of("N", "" + i))
                    .build());
            assertThat(seen.add(sandbox.id())).isTrue();
            assertThat(sandbox.run("sh", "-c", "echo $N").stdout()).isEqualTo(i + "\n");
            clock.advance(Duration.ofMillis(20)); // the refill lets the claimer begin
        }
        assertThat(alice().list(0, 10).total()).isEqualTo(8);
        awaitWarm(3);
    }

    @Test
    void claimingNeedsNoPlaceBesideTheOneThatTheWarmSandboxHas() throws Exception {
        var template = new Template("warm", PLAIN, 2);
        reopen(EngineConfig.builder().templates(List.of(template)).maxTotal(2));
        awaitWarm(2);
        var spec = SandboxSpec.builder().template("warm").build();
        alice().create(spec);
        Sandbox last = alice().create(spec);
        refuses(ErrorCode.NO_CAPACITY, () -> alice().create(spec));
        last.delete();
        Waiting.until("there is a warm one again", () -> {
            clock.advance(Duration.ofSeconds(1)); // the pool has met the limit, and tries again later
            return engine.warm().get("warm") == 1;
        });
    }

    @Test
    void anOwnerWhoMayHaveNoMoreLeavesTheWarmSandboxToOthers() throws Exception {
        reopen(EngineConfig.builder()
                .templates(List.of(new Template("warm", PLAIN, 1)))
                .maxPerOwner(0));
        awaitWarm(1);
        refuses(
                ErrorCode.QUOTA_EXCEEDED,
                () -> alice().create(SandboxSpec.builder().template("warm").build()));
        assertThat(engine.warm()).containsEntry("warm", 1);
    }

    @Test
    void aWarmSandboxThatDiedIsRemovedAndReplaced() throws Exception {
        reopen(EngineConfig.builder().templates(List.of(new Template("warm", PLAIN, 1))));
        awaitWarm(1);
        SandboxId dead = engine.registry().all().iterator().next().id();
        kill(dead);
        Waiting.until("it is removed", () -> {
            clock.advance(Duration.ofMinutes(5)); // until its lease is prolonged
            return engine.registry().find(dead).isEmpty();
        });
        assertThat(Path.of(HOME, "sandboxes", dead.toString())).doesNotExist();
        awaitWarm(1);
    }

    @Test
    void closingWhileAPoolFillsLeavesNothing() throws Exception {
        var template = new Template("warm", PLAIN, 3);
        for (int ready = 0; ready < 3; ready++) {
            reopen(EngineConfig.builder().templates(List.of(template)));
            awaitWarm(ready);
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
        kill(sandbox.id());
        awaitDeath(sandbox);
        assertThat(sandbox.info().reason().orElseThrow()).contains("agent is gone");
        refuses(ErrorCode.SANDBOX_LOST, () -> sandbox.run("true"));
        sandbox.delete();
    }

    /** After an upgrade sandboxes keep their agent, which would refuse what it does not know. */
    @Test
    void anOlderAgentIsNotAskedForWhatItDoesNotKnow() throws Exception {
        engine.close();
        try (var older = new OlderAgents()) {
            engine = Engine.open(
                    older.of(runtime()), EngineConfig.builder().resident(true).build(), clock);
            Sandbox sandbox = alice().create(PLAIN);
            assertThat(sandbox.run(orSh("bash")).stdout()).isEqualTo("bash\n");
            assertThat(sandbox.run(orSh("no-such-shell")).exitCode()).isEqualTo(127);
            refuses(ErrorCode.NOT_SUPPORTED, sandbox::processes);
            refuses(ErrorCode.NOT_SUPPORTED, () -> sandbox.signal(new ProcessId(7, Instant.EPOCH), Signal.KILL));
            sandbox.delete();
        }
    }

    private static CommandSpec orSh(String shell) {
        return CommandSpec.builder(List.of(shell, "-c", "echo $0")).orSh(true).build();
    }

    @Test
    void aDeathThatThePlaceSeesLateIsSeenAllTheSame() throws Exception {
        engine.close();
        var lateLooks = new AtomicInteger();
        engine = Engine.open(
                late(runtime(), lateLooks),
                EngineConfig.builder().resident(true).build(),
                clock);
        Sandbox sandbox = alice().create(PLAIN);
        lateLooks.set(3);
        kill(sandbox.id());
        Waiting.until("the end of the link was noticed", () -> lateLooks.get() < 3);
        assertThat(sandbox.info().state()).isEqualTo(SandboxState.RUNNING);
        Waiting.until("it is known to be dead", () -> {
            clock.advance(Duration.ofMillis(1));
            return sandbox.info().state() == SandboxState.FAILED;
        });
        assertThat(lateLooks).hasValue(0);
    }

    /** A real place that sees its sandboxes as they were when it is asked the next few times. */
    private static SandboxRuntime late(SandboxRuntime real, AtomicInteger times) {
        var before = new ConcurrentHashMap<SandboxId, Optional<?>>();
        return (SandboxRuntime) Proxy.newProxyInstance(
                SandboxRuntime.class.getClassLoader(),
                new Class<?>[] {SandboxRuntime.class},
                (_, method, arguments) -> {
                    try {
                        Object answer = method.invoke(real, arguments);
                        if (method.getName().equals("create")) {
                            before.put((SandboxId) arguments[0], Optional.of(answer));
                        }
                        if (method.getName().equals("find") && times.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                            return before.get((SandboxId) arguments[0]);
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void awaitDeath(Sandbox sandbox) throws Exception {
        Waiting.until("it is known to be dead", () -> {
            clock.advance(Duration.ofMillis(1)); // the place may see a death a moment after the link has ended
            return sandbox.info().state() == SandboxState.FAILED;
        });
    }

    /** Sooner than a caller may ask for. */
    private void endIn(Sandbox sandbox, Duration left) throws Exception {
        engine.lifecycle()
                .renew(
                        engine.registry().find(sandbox.id()).orElseThrow(),
                        engine.now().plus(left));
    }

    private static void kill(SandboxId id) throws Exception {
        String pid = Files.readAllLines(Path.of("/sys/fs/cgroup/pids/sandjar", id.toString(), "cgroup.procs"))
                .getFirst();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    }

    private void awaitWarm(int count) throws Exception {
        Waiting.until(count + " are warm", () -> engine.warm().get("warm") >= count);
    }

    private Sandboxes alice() {
        return engine.sandboxes("alice");
    }

    private void reopen(EngineConfig.Builder config) {
        engine.close();
        engine = open(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"version\": 99}", "{\"version\": 1, \"owner\": \"alice\"}"})
    void whatItCannotReadOfAnotherVersionsSandboxesIsLeftAlone(String notes) throws Exception {
        var id = SandboxId.random();
        var limit = Deadline.in("test", Duration.ofMinutes(1));
        try (SandboxRuntime place = runtime()) {
            place.create(id, SandboxSpec.of("host"), notes, limit);
            engine.close();
            engine = open(EngineConfig.builder());
            assertThat(place.find(id)).isPresent();
            assertThat(alice().list(0, 10).total()).isZero();
            place.destroy(id, limit);
        }
    }

    private Engine open(EngineConfig.Builder config) {
        return Engine.open(runtime(), config.resident(true).build(), clock);
    }

    private static SandboxRuntime runtime() {
        return ServiceLoader.load(SandboxRuntimeProvider.class)
                .iterator()
                .next()
                .open(Map.of("home", HOME));
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
