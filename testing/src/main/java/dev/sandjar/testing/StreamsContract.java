package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.Signal;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What commands read and write: live, later, in parts, and more than once. */
interface StreamsContract extends SandboxesFixture {
    @Test
    default void inputIsStreamedToTheCommand() throws Exception {
        var spec = CommandSpec.builder(List.of("wc", "-c")).stdin(true).build();
        try (RunningCommand command = sandbox().start(spec)) {
            try (OutputStream in = command.stdin()) {
                for (int i = 0; i < 100; i++) {
                    in.write(new byte[10_000]);
                }
            }
            assertThat(new String(command.stdout().readAllBytes(), StandardCharsets.UTF_8).strip())
                    .isEqualTo("1000000");
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    default void aCommandStartedWithoutInputHasNone() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("sleep", "100"))) {
            refuses(ErrorCode.INVALID_STATE, command::stdin);
            command.kill();
        }
    }

    @Test
    default void awaitingHasALimitAndTheCommandGoesOn() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("sleep", "1000"))) {
            assertThat(command.await(Duration.ofMillis(50))).isEmpty();
            command.signal(Signal.TERM);
            assertThat(command.await()).isEqualTo(new Ending.Killed(Signal.TERM));
            command.kill();
        }
    }

    @Test
    default void outputCanBeReadAgainFromAnyOffset() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand command = sandbox.start(CommandSpec.of("seq", "100000"));
        byte[] whole = bytes(command.output());
        command.close();
        try (RunningCommand again = sandbox.attach(command.id(), 500_000)) {
            assertThat(bytes(again.output())).isEqualTo(Arrays.copyOfRange(whole, 500_000, whole.length));
            assertThat(again.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    default void twoReadersAtOnceReadTheSame() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand one = sandbox.start(CommandSpec.shell("seq 200000"));
                RunningCommand other = sandbox.attach(one.id(), 0);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = tasks.submit(() -> bytes(one.output()));
            var second = tasks.submit(() -> bytes(other.output()));
            assertThat(first.get()).isEqualTo(second.get()).hasSize(1_288_895);
        }
    }

    @Test
    default void bothStreamsCanBeReadApart() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.shell("seq 1000; seq 2000 >&2"));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> err = tasks.submit(() -> command.stderr().readAllBytes());
            assertThat(command.stdout().readAllBytes()).hasSize(3_893);
            assertThat(err.get()).hasSize(8_893);
        }
    }

    @Test
    default void heldOutputIsNotLostOnASlowReader() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"))) {
            assertThat(command.await(Duration.ofMillis(300))).isEmpty(); // it waits for its reader
            assertThat(bytes(command.output())).hasSize(30_000_000);
        }
    }

    @Test
    default void whatIsNotConfirmedIsThereForTheNextReader() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand first = sandbox.start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"));
        first.confirm(0);
        Iterator<Output> output = first.output();
        for (long read = 0; read < 2_000_000; ) {
            read = ((Output.Chunk) output.next()).offset();
        }
        first.confirm(1_000_000);
        refuses(ErrorCode.INVALID_ARGUMENT, () -> first.confirm(29_000_000));
        try (RunningCommand second = sandbox.attach(first.id(), 1_000_000)) {
            second.output();
            first.close();
            assertThat(bytes(second.output())).hasSize(29_000_000);
        }
    }

    @Test
    default void outputThatIsNotHeldTellsWhatWasForgotten() throws Exception {
        var spec = CommandSpec.builder(List.of("head", "-c", "30000000", "/dev/zero"))
                .retention(CommandSpec.Retention.LATEST)
                .build();
        try (RunningCommand command = sandbox().start(spec)) {
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
            Output first = command.output().next();
            assertThat(first).isInstanceOfSatisfying(Output.Gap.class, gap -> {
                assertThat(gap.from()).isZero();
                assertThat(gap.to()).isBetween(25_000_000L, 29_000_000L);
            });
        }
    }
}
