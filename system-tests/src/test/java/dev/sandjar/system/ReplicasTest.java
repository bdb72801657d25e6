package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers at one namespace of a real cluster: any of them serves any sandbox, and one may be killed at any moment. */
@Timeout(180)
@Tag("cluster")
class ReplicasTest {
    private static final SandboxSpec PLAIN = SandboxSpec.builder().build();
    private static final SandboxSpec WARM =
            SandboxSpec.builder().template("ready").build();

    @TempDir
    static Path home;

    private static ClusterNamespace namespace;
    private static RealServer first;
    private static RealServer second;

    private CuttingProxy proxy; // leads to the first, until it is killed
    private Sandboxes a;
    private Sandboxes b;

    @BeforeEach
    void open() throws Exception {
        if (namespace == null) {
            namespace = new ClusterNamespace();
            second = server();
        }
        if (first == null || !first.process().isAlive()) { // killed by the test before
            first = server();
        }
        proxy = new CuttingProxy(first.address.getPort(), List.of());
        a = Sandboxes.open("http://127.0.0.1:" + proxy.port(), RealServer.TOKEN);
        b = Sandboxes.open(second.address.toString(), RealServer.TOKEN);
    }

    private static RealServer server() throws Exception {
        return Replica.start(home, namespace.name(), "SANDJAR_TEMPLATES_READY_WARM=2");
    }

    @AfterEach
    void letGo() throws Exception {
        for (String id : ids(b)) {
            b.get(SandboxId.parse(id).orElseThrow()).delete();
        }
        a.close();
        b.close();
        proxy.close();
    }

    @AfterAll
    static void close() throws Exception {
        if (first != null) {
            first.close();
        }
        if (second != null) {
            second.close();
        }
        namespace.close();
    }

    private static Set<String> ids(Sandboxes sandboxes) {
        var ids = new TreeSet<String>();
        sandboxes.list(0, 100).sandboxes().forEach(info -> ids.add(info.id().toString()));
        return ids;
    }

    private static void becomes(Sandbox sandbox, SandboxState state) throws Exception {
        Waiting.until("it is " + state, () -> sandbox.info().state() == state);
    }

    @Test
    void whatOneMakesTheOtherServes() throws Exception {
        Sandbox made = a.create(PLAIN);
        Waiting.until("b lists it", () -> ids(b).contains(made.id().toString()));
        Sandbox same = b.get(made.id());
        assertThat(same.run("echo", "through b").stdout()).isEqualTo("through b\n");
        same.files().write("note", "x".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(made.run("cat", "note").stdout()).isEqualTo("x");

        made.pause();
        becomes(same, SandboxState.PAUSED);
        same.resume();
        becomes(made, SandboxState.RUNNING);
        assertThat(made.run("cat", "note").stdout()).isEqualTo("x");

        SandboxInfo renewed = same.renew(Duration.ofHours(2));
        Waiting.until("a knows the new end", () -> made.info().expiresAt().equals(renewed.expiresAt()));
        same.delete();
        Waiting.until("a has it no more", () -> !ids(a).contains(made.id().toString()));
        assertThatThrownBy(() -> made.run("true"))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SANDBOX_NOT_FOUND));
    }

    @Test
    void aStreamOfAKilledReplicaGoesOnAtTheOtherWithoutALoss() throws Exception {
        Sandbox sandbox = a.create(PLAIN);
        Sums sums = Sums.ofNoise(sandbox, 7);
        try (RunningCommand command = sandbox.start(sums.command())) {
            var output = command.output();
            sums.add(output, 5_000_000);
            first.kill();
            proxy.moveTo(second.address.getPort());
            sums.add(output, Long.MAX_VALUE);
            assertThat(sums.seen()).isEqualTo(sums.expected());
            assertThat(command.await()).isEqualTo(new dev.sandjar.Ending.Exited(0));
        }
        b.get(sandbox.id()).delete();
    }

    @Test
    void noWarmSandboxIsHandedOutTwiceAlsoWhenOneIsKilledInTheMiddle() throws Exception {
        Waiting.until("both are full", () -> namespace.pods().size() == 4);
        Set<String> claimed = ConcurrentHashMap.newKeySet();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < 8; i++) {
                boolean throughTheDying = i % 2 == 0;
                all.add(tasks.submit(() -> {
                    Sandbox sandbox = (throughTheDying ? a : b).create(WARM);
                    assertThat(claimed.add(sandbox.id().toString())).isTrue();
                    use(sandbox, throughTheDying);
                    return null;
                }));
            }
            Waiting.until("some are handed out", () -> claimed.size() >= 3);
            first.kill();
            proxy.moveTo(second.address.getPort());
            for (Future<?> one : all) {
                one.get(); // whoever was cut off asked again
            }
        }
        Set<String> left = ids(b);
        becomesTidy();
        left.forEach(id -> b.get(SandboxId.parse(id).orElseThrow()).delete());
    }

    /** Nobody has used it before. A claim that its server died with before it was written down is lost with it; it is not handed out again. */
    private static void use(Sandbox sandbox, boolean mayBeLost) throws InterruptedException {
        try {
            assertThat(sandbox.run("sh", "-c", "cat used 2>/dev/null; echo used > used")
                            .stdout())
                    .isEmpty();
        } catch (SandboxException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.SANDBOX_NOT_FOUND);
            assertThat(mayBeLost).isTrue();
        }
    }

    @Test
    void anIdleSandboxGoesWhicheverReplicaItWasUsedThrough() throws Exception {
        // longer than a pod takes on a busy machine: the first one is idle while the other is made
        var spec = SandboxSpec.builder().idleTimeout(Duration.ofSeconds(8)).build();
        Sandbox one = a.create(spec);
        Sandbox other = b.create(spec);
        Waiting.until(
                "each has heard of the other's",
                () -> ids(b).contains(one.id().toString())
                        && ids(a).contains(other.id().toString()));
        for (int i = 0; i < 10; i++) {
            b.get(one.id()).run("sleep", "0.5");
            a.get(other.id()).run("sleep", "0.5");
        }
        assertThat(ids(a)).contains(one.id().toString(), other.id().toString());
        Waiting.until("both are gone", () -> ids(a).isEmpty() && ids(b).isEmpty());
        Waiting.until("their pods too", () -> namespace.pods().size() == 4);
    }

    /** Every pod is known to the second server, or its pool's. */
    private void becomesTidy() throws Exception {
        try {
            Waiting.until("it is tidy", () -> namespace.pods().size() == ids(b).size() + 2);
        } catch (AssertionError e) {
            throw new AssertionError("known: " + ids(b) + ", and there are: " + namespace.pods(), e);
        }
    }

    @Test
    void aPausedSandboxIsNotIdle() throws Exception {
        Sandbox paused = a.create(
                SandboxSpec.builder().idleTimeout(Duration.ofSeconds(2)).build());
        paused.pause();
        try (Sandbox clock = b.create(PLAIN)) {
            clock.run("sleep", "5");
        }
        b.get(paused.id()).resume();
        assertThat(b.get(paused.id()).run("echo", "still here").stdout()).isEqualTo("still here\n");
        b.get(paused.id()).delete();
    }

    @Test
    void whatAKilledReplicaWasMakingIsTidiedUp() throws Exception {
        for (int i = 0; i < 6; i++) {
            Thread.ofVirtual().start(() -> {
                try {
                    for (int k = 0; k < 100; k++) {
                        a.create(PLAIN).close();
                    }
                } catch (Exception killed) {
                    // as it is meant to be
                }
            });
        }
        Waiting.until("it is in the middle", () -> namespace.pods().size() > 6);
        first.kill();
        becomesTidy();
        ids(b).forEach(id -> b.get(SandboxId.parse(id).orElseThrow()).delete());
        Waiting.until("nothing is left but the pool", () -> namespace.pods().size() == 2);
    }
}
