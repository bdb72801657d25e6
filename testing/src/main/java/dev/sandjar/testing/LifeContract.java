package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.Metadata;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sandboxes come, are found, stand still, and go. */
interface LifeContract extends SandboxesFixture {
    @Test
    default void aSandboxLivesFromCreateToClose() throws Exception {
        SandboxId id;
        try (Sandbox sandbox = place().create(SandboxSpec.builder().build())) {
            id = sandbox.id();
            assertThat(sandbox.run("echo", "hello").stdout()).isEqualTo("hello\n");
        }
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> place().get(id), "no sandbox " + id);
    }

    @Test
    default void aHandleThatWasOnlyFoundDoesNotDelete() throws Exception {
        Sandbox sandbox = sandbox();
        place().get(sandbox.id()).close();
        assertThat(sandbox.run("true").exitCode()).isZero();
    }

    @Test
    default void deletingTwiceSucceeds() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.delete();
        sandbox.delete();
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> sandbox.run("true"));
    }

    @Test
    default void itsInfoSaysWhatWasAskedFor() throws Exception {
        var metadata = new LinkedHashMap<String, @Nullable Object>();
        metadata.put("text", "é");
        metadata.put("number", 7);
        metadata.put("fraction", 0.5);
        metadata.put("nothing", null);
        metadata.put("list", List.of(true, Map.of("deep", "value")));
        Instant before = Instant.now();
        SandboxInfo info = place().create(SandboxSpec.builder()
                        .ttl(Duration.ofMinutes(10))
                        .metadata(new Metadata(metadata))
                        .build())
                .info();
        assertThat(info.state()).isEqualTo(SandboxState.RUNNING);
        assertThat((Object) info.spec().metadata().values()).isEqualTo(metadata);
        assertThat(info.image()).isEqualTo("host");
        assertThat(info.workspace()).isEqualTo("/workspace");
        assertThat(Duration.between(info.createdAt(), info.expiresAt())).isEqualTo(Duration.ofMinutes(10));
        assertThat(info.createdAt())
                .isAfter(before.minusSeconds(60))
                .isBefore(Instant.now().plusSeconds(60));
    }

    @Test
    default void aListOfSomeStatesHasThoseAloneAndCountsThoseAlone() throws Exception {
        Sandbox running = sandbox();
        Sandbox paused = sandbox();
        paused.pause();
        SandboxPage page = place().list(EnumSet.of(SandboxState.PAUSED, SandboxState.FAILED), 0, 10);
        assertThat(page.total()).isEqualTo(1);
        assertThat(page.sandboxes()).extracting(SandboxInfo::id).containsExactly(paused.id());
        refuses(ErrorCode.INVALID_ARGUMENT, () -> place().list(Set.of(), 0, 10), "state is ");
        running.delete();
    }

    @Test
    default void theListIsPagedWithTheNewestFirst() throws Exception {
        var ids = new ArrayList<SandboxId>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(sandbox().id());
        }
        SandboxPage first = place().list(0, 2);
        SandboxPage second = place().list(2, 2);
        assertThat(first.total()).isEqualTo(3);
        assertThat(first.sandboxes()).extracting(SandboxInfo::id).containsExactlyElementsOf(ids.subList(0, 2));
        assertThat(second.sandboxes()).extracting(SandboxInfo::id).containsExactlyElementsOf(ids.subList(2, 3));
    }

    @Test
    default void renewingCountsFromNow() throws Exception {
        Sandbox sandbox = sandbox();
        Instant expires = sandbox.renew(Duration.ofHours(8)).expiresAt();
        assertThat(expires).isAfter(sandbox.info().createdAt().plus(Duration.ofHours(8)));
        assertThat(sandbox.info().expiresAt()).isEqualTo(expires);
    }

    @Test
    default void whoeverOnlyLooksDoesNotKeepIt() throws Exception {
        Sandbox watched = place().create(
                        SandboxSpec.builder().idleTimeout(Duration.ofSeconds(2)).build());
        try (RunningCommand ended = watched.start(CommandSpec.shell("echo out"))) {
            ended.await();
            Waiting.until("it ends under everybody's eyes", () -> isGone(watched, ended));
        }
    }

    private boolean isGone(Sandbox watched, RunningCommand ended) {
        try {
            place().list(0, 10);
            place().get(watched.id()).info();
            watched.stats();
            watched.processes();
            watched.commands();
            ended.info();
            ended.read(EnumSet.allOf(Output.Stream.class), 0, 4);
            return false;
        } catch (SandboxException e) {
            assertThat(e.code()).isIn(ErrorCode.SANDBOX_NOT_FOUND, ErrorCode.SANDBOX_LOST);
            return true;
        }
    }

    @Test
    default void aRepeatedCreateReturnsTheSameSandbox() throws Exception {
        var spec = SandboxSpec.builder().build();
        Sandbox one = place().create(spec, "key-1");
        assertThat(place().create(spec, "key-1").id()).isEqualTo(one.id());
        assertThat(place().create(spec, "key-2").id()).isNotEqualTo(one.id());
        refuses(
                ErrorCode.ALREADY_EXISTS,
                () -> place().create(
                                SandboxSpec.builder().ttl(Duration.ofMinutes(2)).build(), "key-1"));
    }

    @Test
    default void createsWithOneKeyAtOnceMakeOneSandbox() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = new ArrayList<Future<SandboxId>>();
            for (int i = 0; i < 4; i++) {
                made.add(tasks.submit(() -> place().create(SandboxSpec.builder().build(), "together")
                        .id()));
            }
            for (Future<SandboxId> one : made) {
                assertThat(one.get()).isEqualTo(made.getFirst().get());
            }
        }
        assertThat(place().list(0, 10).total()).isEqualTo(1);
    }

    @Test
    default void aPausedSandboxStandsStillAndGoesOn() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand ticking = sandbox.start(CommandSpec.shell("while echo tick; do sleep 0.05; done"))) {
            ticking.output().next();
            sandbox.pause();
            assertThat(sandbox.info().state()).isEqualTo(SandboxState.PAUSED);
            refuses(
                    ErrorCode.INVALID_STATE,
                    () -> sandbox.run("true"),
                    "sandbox " + sandbox.id() + " is paused, needed: running");
            refuses(ErrorCode.INVALID_STATE, sandbox::pause);
            sandbox.resume();
            assertThatThrownBy(sandbox::resume).isInstanceOfSatisfying(SandboxException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE);
                assertThat(e.remedy()).isEqualTo("it runs already; there is nothing to resume");
            });
            assertThat(ticking.output().hasNext()).isTrue();
            ticking.kill();
        }
    }

    @Test
    default void aSandboxIsStoppedAndResumedOrGoesOn() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().write("kept", "yes");
        try {
            sandbox.stop();
            assertThat(sandbox.info().state()).isEqualTo(SandboxState.PAUSED);
            assertThat(sandbox.info().reason()).isPresent();
            refuses(ErrorCode.INVALID_STATE, () -> sandbox.run("true"));
            sandbox.resume();
        } catch (SandboxException e) { // not every place can
            assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
        }
        assertThat(sandbox.run("cat", "kept").stdout()).isEqualTo("yes");
        assertThat(sandbox.run("echo", "on").stdout()).isEqualTo("on\n");
    }

    /** Who cannot stop must not first be sent to resume. */
    @Test
    default void stoppingAPausedSandboxIsRefusedForWhatWouldHelp() throws Exception {
        Sandbox sandbox = sandbox();
        ErrorCode why = ErrorCode.INVALID_STATE;
        try {
            sandbox.stop();
            sandbox.resume();
        } catch (SandboxException e) { // not every place can
            why = e.code();
        }
        sandbox.pause();
        refuses(why, sandbox::stop);
    }

    @Test
    default void twoDeletesAtOnceBothSucceed() throws Exception {
        Sandbox sandbox = sandbox();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = tasks.submit(sandbox::delete);
            var other = tasks.submit(sandbox::delete);
            one.get();
            other.get();
        }
        assertThat(place().list(0, 10).total()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"-1, 10, offset", "0, 0, limit", "0, 101, limit"})
    default void aPageOutsideItsRangeIsRefused(int offset, int limit, String what) {
        refuses(ErrorCode.INVALID_ARGUMENT, () -> place().list(offset, limit), what + " is ");
    }

    @Test
    default void anUnknownImageIsRefused() {
        assertThatThrownBy(() -> place().create(SandboxSpec.of("127.0.0.1:1/no/such:image")))
                .isInstanceOfSatisfying(
                        SandboxException.class,
                        e -> assertThat(e.code()).isIn(ErrorCode.IMAGE_NOT_FOUND, ErrorCode.REGISTRY_UNAVAILABLE));
        assertThat(place().list(0, 10).total()).isZero();
    }

    @Test
    default void anUnknownTemplateIsRefused() {
        refuses(
                ErrorCode.INVALID_ARGUMENT,
                () -> place().create(SandboxSpec.builder().template("nowhere").build()),
                "template is \"nowhere\", allowed: ");
    }
}
