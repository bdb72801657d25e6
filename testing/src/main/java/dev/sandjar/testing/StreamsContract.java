package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.OutputRange;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.Signal;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What commands read and write: live, later, in parts, and more than once. */
interface StreamsContract extends SandboxesFixture {
    Set<Output.Stream> BOTH = Set.of(Output.Stream.STDOUT, Output.Stream.STDERR);

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
    default void inputThatIsWrittenByteByByteComesWhole() throws Exception {
        var spec = CommandSpec.builder(List.of("cat")).stdin(true).build();
        byte[] all = new byte[50_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i / 7);
        }
        try (RunningCommand command = sandbox().start(spec)) {
            try (OutputStream in = command.stdin()) {
                for (byte one : all) {
                    in.write(one);
                }
            }
            assertThat(command.stdout().readAllBytes()).isEqualTo(all);
        }
    }

    @Test
    default void whatWasWrittenBeforeACommandIsLetGoOfReachesIt() throws Exception {
        Sandbox sandbox = sandbox();
        var spec = CommandSpec.builder(List.of("sh", "-c", "head -c 200000 | wc -c"))
                .stdin(true)
                .build();
        RunningCommand command = sandbox.start(spec);
        command.stdin().write(new byte[200_000]);
        command.close();
        try (RunningCommand again = sandbox.attach(command.id(), 0)) {
            assertThat(new String(again.stdout().readAllBytes(), StandardCharsets.UTF_8).strip())
                    .isEqualTo("200000");
        }
    }

    @Test
    default void outputThatIsLookedAtStaysAsItIs() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("echo", "text"))) {
            var chunk = (Output.Chunk) command.output().next();
            chunk.bytes().get(new byte[5]);
            assertThat(chunk.size()).isEqualTo(5);
            assertThat(chunk.end()).isEqualTo(5);
            assertThat(chunk.bytes().remaining()).isEqualTo(5);
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
    default void nobodyReadsFromBeyondWhatWasWritten() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.of("echo", "six by"))) {
            command.await();
            for (long beyond : new long[] {-1, 8, Long.MAX_VALUE}) {
                refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.attach(command.id(), beyond));
            }
            try (RunningCommand again = sandbox.attach(command.id(), 7)) {
                assertThat(again.output().hasNext()).isFalse();
            }
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

    @Test
    default void aRangeOfWhatWasWrittenIsReadWithoutWaiting() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command =
                sandbox.start(CommandSpec.shell("seq 1000; sleep 0.2; echo err >&2; sleep 1000"))) {
            Waiting.until("all is written", () -> command.info().written() == 3_897);
            OutputRange all = command.read(BOTH, 0, Long.MAX_VALUE);
            assertThat(all.from()).isZero();
            assertThat(all.to()).isEqualTo(3_897);
            assertThat(all.written()).isEqualTo(3_897);
            assertThat(text(all)).startsWith("1\n2\n").endsWith("1000\nerr\n");
            assertThat(text(command.read(BOTH, 2, 6))).isEqualTo("2\n3\n");
            assertThat(text(command.read(Set.of(Output.Stream.STDERR), 0, 3_897)))
                    .isEqualTo("err\n");
            assertThat(text(command.read(Set.of(Output.Stream.STDOUT), 3_888, 3_897)))
                    .isEqualTo("1000\n");
            assertThat(command.read(BOTH, 3_897, 9_999).bytes().remaining()).isZero();
            refuses(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> command.read(BOTH, 3_898, 9_999),
                    "from is 3898, allowed: 0 to 3897");
            refuses(ErrorCode.INVALID_ARGUMENT, () -> command.read(BOTH, -1, 10), "from is -1");
            refuses(ErrorCode.INVALID_ARGUMENT, () -> command.read(BOTH, 10, 9), "to is 9");
            refuses(ErrorCode.INVALID_ARGUMENT, () -> command.read(Set.of(), 0, 10), "streams is none");
            command.kill();
        }
    }

    @Test
    default void aRangeIsAMebibyteAtMostAndSaysWhereToReadOn() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.shell("seq 400000; sleep 1000"))) {
            Waiting.until("all is written", () -> command.info().written() == 2_688_895);
            var all = new ByteArrayOutputStream();
            for (long at = 0; at < 2_688_895; ) {
                OutputRange range = command.read(BOTH, at, Long.MAX_VALUE);
                assertThat(range.from()).isEqualTo(at);
                assertThat(range.to() - at).isBetween(1L, (long) OutputRange.LONGEST);
                all.writeBytes(text(range).getBytes(StandardCharsets.US_ASCII));
                at = range.to();
            }
            command.kill();
            assertThat(all.toByteArray()).isEqualTo(bytes(command.output()));
        }
    }

    @Test
    default void aRangeTellsWhatWasForgotten() throws Exception {
        var spec = CommandSpec.builder(List.of("head", "-c", "30000000", "/dev/zero"))
                .retention(CommandSpec.Retention.LATEST)
                .build();
        try (RunningCommand command = sandbox().start(spec)) {
            command.await();
            OutputRange rest = command.read(BOTH, 0, Long.MAX_VALUE);
            assertThat(rest.from()).isEqualTo(command.info().oldest()).isBetween(25_000_000L, 29_000_000L);
            assertThat(rest.to() - rest.from())
                    .isEqualTo(rest.bytes().remaining())
                    .isPositive();
            refuses(
                    ErrorCode.OUTPUT_LOST,
                    () -> command.read(BOTH, 0, 1_000),
                    "output from 0 to " + rest.from() + " was forgotten");
        }
    }

    /** Others that hold it are not disturbed. */
    @Test
    default void readingARangeHoldsNothingAndLetsNothingGo() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"))) {
            Waiting.until("its journal is full", () -> command.info().written() > 3_000_000);
            for (int i = 0; i < 3; i++) {
                assertThat(command.read(BOTH, 0, 1_000).bytes().remaining()).isEqualTo(1_000);
            }
            assertThat(bytes(command.output())).hasSize(30_000_000);
        }
    }

    private static String text(OutputRange range) {
        return StandardCharsets.UTF_8.decode(range.bytes().duplicate()).toString();
    }
}
