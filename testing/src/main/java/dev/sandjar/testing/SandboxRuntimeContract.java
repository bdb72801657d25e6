package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.runtime.Capability;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxKey;
import dev.sandjar.runtime.SandboxRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SandboxRuntime} does. Extend it and say how to open the runtime; nothing else. Where a power is not declared, its
 * exact refusal is asserted instead. All tests go through a real link to a real agent.
 */
public abstract class SandboxRuntimeContract extends RuntimeFixture {
    /** For subclasses. */
    protected SandboxRuntimeContract() {}

    @Test
    void aSandboxRunsCommands() throws Exception {
        assertThat(run(create(), "echo hello").output()).isEqualTo("hello\n");
    }

    @Test
    void anExitCodeComesThrough() throws Exception {
        assertThat(run(create(), "exit 43").ended()).isEqualTo(new Replies.Ended(Replies.How.EXITED, 43));
    }

    @Test
    void commandsRunAsAnOrdinaryUserWithoutCapabilities() throws Exception {
        String status = run(create(), "id -u; grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs)' /proc/self/status")
                .output();
        assertThat(status)
                .startsWith("1000\n")
                .contains("CapPrm:\t0000000000000000", "CapEff:\t0000000000000000")
                .doesNotContain("NoNewPrivs:\t0"); // not every kernel tells
    }

    @Test
    void theAgentIsProcessOneAndItsMemoryIsClosed() throws Exception {
        assertThat(run(create(), "cat /proc/1/comm; cat /proc/1/environ /proc/1/mem 2>&1 | head -c 300")
                        .output())
                .startsWith("sandjar-agent\n".substring(0, 5))
                .contains("Permission denied");
    }

    @Test
    void theWorkspaceAndTheTemporaryFolderCanBeWritten() throws Exception {
        assertThat(run(create(), "pwd; echo a > b && cat b; echo c > /tmp/d && cat /tmp/d; touch ~/e && echo home")
                        .output())
                .isEqualTo("/workspace\na\nc\nhome\n");
    }

    @Test
    void theEnvironmentOfTheSpecReachesCommands() throws Exception {
        var spec = spec().env(java.util.Map.of("COLOUR", "blue")).build();
        assertThat(run(create(spec), "echo $COLOUR $SHELL $HOME $USER").output())
                .isEqualTo("blue /bin/bash /home/sandbox sandbox\n");
    }

    @Test
    void withoutNetworkOnlyLoopbackIsThere() throws Exception {
        Placement placement = create();
        if (runtime().capabilities().contains(Capability.CLOSED_NETWORK)) {
            assertThat(run(
                                    placement,
                                    "ls /sys/class/net 2>/dev/null || tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")
                            .output())
                    .isEqualTo("lo\n");
        } else {
            assertThat(placement.weaknesses()).anyMatch(text -> text.contains("network"));
        }
    }

    @Test
    void memoryAboveTheLimitIsRefused() throws Exception {
        if (!runtime().capabilities().contains(Capability.MEMORY_LIMIT)) {
            assertThat(create().weaknesses()).anyMatch(text -> text.contains("memory"));
            return;
        }
        Placement placement = create(spec().memory(64L << 20).build());
        Ran ran = run(placement, "exec python3 -c 'x = bytearray(200 << 20); print(len(x))'");
        assertThat(ran.output()).isEmpty();
        assertThat(ran.ended().how()).isEqualTo(Replies.How.OUT_OF_MEMORY);
        assertThat(run(placement, "echo alive").output()).isEqualTo("alive\n");
    }

    @Test
    void moreProcessesThanTheLimitCannotBeStarted() throws Exception {
        if (!runtime().capabilities().contains(Capability.PROCESS_LIMIT)) {
            assertThat(create().weaknesses()).anyMatch(text -> text.contains("process"));
            return;
        }
        Placement placement = create(spec().pids(24).build());
        Ran ran = run(placement, "for i in $(seq 60); do sleep 1 & done; wait");
        assertThat(ran.output()).containsIgnoringCase("fork");
    }

    @Test
    void diskIsLimitedOrTheWishIsRefused() throws Exception {
        var spec = spec().disk(32L << 20).build();
        if (!runtime().capabilities().contains(Capability.DISK_LIMIT)) {
            refuses(ErrorCode.NOT_SUPPORTED, () -> create(spec));
            return;
        }
        assertThat(run(create(spec), "head -c 100000000 /dev/zero > big; echo done")
                        .output())
                .contains("No space left on device", "done");
    }

    @Test
    void whatIsWrittenToALimitedDiskIsCounted() throws Exception {
        var spec = spec().disk(64L << 20).build();
        if (!runtime().capabilities().contains(Capability.DISK_LIMIT)) {
            refuses(ErrorCode.NOT_SUPPORTED, () -> create(spec));
            return;
        }
        try (Link link = dial(create(spec))) {
            long before = disk(link);
            run(link, "head -c 20000000 /dev/urandom > big; sync");
            assertThat(disk(link) - before).isBetween(20_000_000L, 22_000_000L);
        }
    }

    private static long disk(Link link) throws Exception {
        return Replies.stats(link.open(Requests.stats()).reply(LIMIT)).disk();
    }

    @Test
    void freezingKeepsTheProcessAndItsMemory() throws Exception {
        Placement placement = create();
        if (!runtime().capabilities().contains(Capability.FREEZE)) {
            refuses(ErrorCode.NOT_SUPPORTED, () -> runtime().freeze(placement.id(), soon()));
            return;
        }
        try (Link link = dial(placement)) {
            var command = UUID.randomUUID();
            Channel start = start(
                    link,
                    command,
                    "python3 -c 'import time\nn=0\nwhile True: n+=1; print(n, flush=True); time.sleep(0.01)'");
            Channel follow = link.open(Requests.follow(command, 0, Requests.BOTH_STREAMS, true));
            follow.reply(LIMIT);
            follow.take(LIMIT);
            runtime().freeze(placement.id(), soon());
            assertThat(runtime().find(placement.id()).orElseThrow().status()).isEqualTo(Placement.Status.FROZEN);
            runtime().thaw(placement.id(), soon());
            assertThat(runtime().find(placement.id()).orElseThrow().status()).isEqualTo(Placement.Status.RUNNING);
            assertThat(follow.take(LIMIT)).isInstanceOf(Frame.Output.class);
            start.close();
        }
    }

    @Test
    void freezingAndThawingTwiceSucceeds() throws Exception {
        Placement placement = create();
        if (runtime().capabilities().contains(Capability.FREEZE)) {
            runtime().freeze(placement.id(), soon());
            runtime().freeze(placement.id(), soon());
            runtime().thaw(placement.id(), soon());
            runtime().thaw(placement.id(), soon());
        }
        assertThat(run(placement, "echo on").output()).isEqualTo("on\n");
    }

    @Test
    void aPlaceThatKeepsNoWorkspacesRefusesToStop() throws Exception {
        if (!runtime().capabilities().contains(Capability.STOP)) {
            Placement placement = create();
            refuses(ErrorCode.NOT_SUPPORTED, () -> runtime().stop(placement.id(), soon()));
            refuses(ErrorCode.NOT_SUPPORTED, () -> runtime().start(placement.id(), spec().build(), soon()));
            assertThat(run(placement, "echo on").output()).isEqualTo("on\n");
        }
    }

    @Test
    void aFrozenSandboxCanBeDestroyed() throws Exception {
        Placement placement = create();
        if (runtime().capabilities().contains(Capability.FREEZE)) {
            runtime().freeze(placement.id(), soon());
        }
        runtime().destroy(placement.id(), soon());
        assertThat(runtime().find(placement.id())).isEmpty();
    }

    @Test
    void aRestartedRuntimeFindsTheSandboxAndItsRecord() throws Exception {
        if (!runtime().capabilities().contains(Capability.SURVIVES_RESTART)) {
            return;
        }
        Placement placement = create();
        runtime().record(placement.id(), "{\"note\":\"é\"}");
        try (SandboxRuntime later = reopened()) {
            Placement found = later.find(placement.id()).orElseThrow();
            assertThat(found.record()).isEqualTo("{\"note\":\"é\"}");
            assertThat(found.status()).isEqualTo(Placement.Status.RUNNING);
            assertThat(later.inventory(soon())).extracting(Placement::id).contains(placement.id());
            try (Link link = Link.open(later.dial(found, soon()), found.key().bytes(), "test", LIMIT, _ -> {})) {
                assertThat(run(link, "echo again").output()).isEqualTo("again\n");
            }
        }
    }

    @Test
    void aCommandGoesOnAndItsOutputIsKeptWhileNobodyIsConnected() throws Exception {
        Placement placement = create();
        var command = UUID.randomUUID();
        try (Link link = dial(placement)) {
            run(link, "mkfifo /workspace/go");
            start(link, command, "echo before; read line < go; echo after; exit 7")
                    .reply(LIMIT);
        }
        try (Link link = dial(placement)) {
            run(link, "echo x > go");
            assertThat(follow(link, command))
                    .isEqualTo(new Ran(new Replies.Ended(Replies.How.EXITED, 7), "before\nafter\n"));
        }
    }

    @Test
    void theWrongKeyIsRefused() throws Exception {
        Placement placement = create();
        assertThatThrownBy(() -> Link.open(
                        runtime().dial(placement, soon()), SandboxKey.random().bytes(), "test", LIMIT, _ -> {}))
                .isInstanceOf(IOException.class);
        assertThat(run(placement, "echo fine").output()).isEqualTo("fine\n");
    }

    @Test
    void aSandboxWhoseAgentIsKilledIsDead() throws Exception {
        Placement placement = create();
        var cut = new java.util.concurrent.CountDownLatch(1);
        Link link = Link.open(
                runtime().dial(placement, soon()), placement.key().bytes(), "test", LIMIT, _ -> cut.countDown());
        link.tell(Requests.lease(Duration.ofMillis(1), Duration.ZERO));
        assertThat(cut.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        Waiting.until(
                "the kernel has taken its last process", () -> found(placement).status() == Placement.Status.DEAD);
        assertThat(found(placement).reason()).isNotBlank();
    }

    private Placement found(Placement placement) {
        return runtime().find(placement.id()).orElseThrow();
    }

    @Test
    void manyCreatesAtOnceAllSucceed() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Placement>>();
            for (int i = 0; i < 40; i++) {
                var id = SandboxId.random();
                made.add(id);
                all.add(tasks.submit(() -> runtime().create(id, spec().build(), "{}", soon())));
            }
            for (Future<Placement> one : all) {
                assertThat(run(one.get(), "echo here").output()).isEqualTo("here\n");
            }
        }
    }

    @Test
    void destroyingTwiceSucceeds() throws Exception {
        Placement placement = create();
        runtime().destroy(placement.id(), soon());
        runtime().destroy(placement.id(), soon());
        assertThat(runtime().find(placement.id())).isEmpty();
    }

    @Test
    void destroyingWhatNeverWasSucceeds() throws Exception {
        runtime().destroy(SandboxId.random(), soon());
    }

    @Test
    void twoDestroysAtOnceBothReturnWhenItIsGone() throws Exception {
        Placement placement = create();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> both = List.of(
                    tasks.submit(() -> destroyUnchecked(placement.id())),
                    tasks.submit(() -> destroyUnchecked(placement.id())));
            for (Future<?> one : both) {
                one.get();
            }
        }
        assertThat(runtime().find(placement.id())).isEmpty();
    }

    @Test
    void anIdIsUsedOnce() throws Exception {
        Placement placement = create();
        refuses(ErrorCode.ALREADY_EXISTS, () -> runtime().create(placement.id(), spec().build(), "{}", soon()));
        assertThat(run(placement, "echo unharmed").output()).isEqualTo("unharmed\n");
    }

    @Test
    void anUnknownImageIsRefusedAndLeavesNothing() throws Exception {
        var id = SandboxId.random();
        assertThatThrownBy(() -> runtime().create(id, SandboxSpec.of("127.0.0.1:1/no/such:image"), "{}", soon()))
                .isInstanceOfSatisfying(
                        SandboxException.class,
                        e -> assertThat(e.code()).isIn(ErrorCode.IMAGE_NOT_FOUND, ErrorCode.REGISTRY_UNAVAILABLE));
        assertThat(runtime().find(id)).isEmpty();
    }

    @Test
    void anInterruptedCreateLeavesNothing() throws Exception {
        var id = SandboxId.random();
        var thread = Thread.ofVirtual().unstarted(() -> {
            try {
                runtime().create(id, spec().build(), "{}", soon());
            } catch (InterruptedException | SandboxException e) {
                return;
            }
            made.add(id); // it was faster than the interruption
        });
        thread.start();
        thread.interrupt();
        thread.join();
        if (!made.contains(id)) {
            assertThat(runtime().inventory(soon())).extracting(Placement::id).doesNotContain(id);
        }
    }

    @Test
    void sandboxesDoNotSeeEachOther() throws Exception {
        Placement one = create();
        Placement other = create();
        run(one, "echo secret > /workspace/s; echo secret > /tmp/s; sleep 1000 > /dev/null 2>&1 &");
        assertThat(run(
                                other,
                                "cat /workspace/s /tmp/s 2>/dev/null; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c '[s]leep 1000'")
                        .output())
                .isEqualTo("0\n");
    }

    // ----

}
