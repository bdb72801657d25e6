package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import dev.sandjar.testing.Waiting;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Live streams when everything is against them; what is cut is in {@link CutConnectionsTest}, a server that is killed in {@link KilledServerTest}. */
@Timeout(120)
class StreamTortureTest {
    private static final int PING = 10; // seconds, at which the server pings (docs/streams.md)

    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-XX:+ExitOnOutOfMemoryError");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(
                SandboxSpec.builder().pids(2_500).memory(4L << 30).build());
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.delete();
        sandboxes.close();
        server.close();
    }

    @Test
    void fiveHundredStreamsAtOnceAllTellTheirOwn() throws Exception {
        var spec = CommandSpec.builder(List.of("sh", "-c", "read x; echo got $x; read x; echo and $x; exit 3"))
                .stdin(true)
                .build();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<RunningCommand>();
            for (int i = 0; i < 500; i++) {
                all.add(sandbox.start(spec));
            }
            var said = new ArrayList<Future<String>>();
            for (int i = 0; i < 500; i++) {
                String mine = "word" + i;
                RunningCommand command = all.get(i);
                said.add(tasks.submit(() -> {
                    try (OutputStream in = command.stdin()) {
                        in.write((mine + "\n").getBytes(StandardCharsets.US_ASCII));
                        InputStream out = command.stdout();
                        String first =
                                new String(out.readNBytes(("got " + mine + "\n").length()), StandardCharsets.US_ASCII);
                        in.write("more\n".getBytes(StandardCharsets.US_ASCII));
                        return first + new String(out.readAllBytes(), StandardCharsets.US_ASCII);
                    }
                }));
            }
            for (int i = 0; i < 500; i++) {
                assertThat(said.get(i).get()).isEqualTo("got word" + i + "\nand more\n");
                assertThat(all.get(i).await()).isEqualTo(new Ending.Exited(3));
                all.get(i).close();
            }
        }
    }

    /** The kernel counts the pages of all pipes of a user, and gives new ones two pages when they are too many. */
    @Test
    void amongHundredsOfCommandsANewOneStillGetsPipesOfTheUsualSize() throws Exception {
        var all = new ArrayList<RunningCommand>();
        for (int i = 0; i < 300; i++) {
            all.add(sandbox.start(CommandSpec.of("sleep", "1000")));
        }
        String size = sandbox.run("perl", "-e", "print fcntl(STDOUT, 1032, 0)").stdout(); // F_GETPIPE_SZ
        assertThat(Integer.parseInt(size)).isGreaterThanOrEqualTo(64 * 1024);
        for (RunningCommand command : all) {
            command.kill();
            command.close();
        }
    }

    @Test
    void aReaderOfOneMegabyteASecondHoldsUpNobodyAndLosesNothing() throws Exception {
        try (RunningCommand flood = sandbox.start(CommandSpec.shell("head -c 1G /dev/zero"))) {
            Iterator<Output> output = flood.output();
            long got = 0;
            for (int tenth = 0; tenth < 20; tenth++) {
                for (long until = got + 100_000; got < until; ) {
                    got += size(output.next());
                }
                assertThat(sandbox.run("echo", "served").stdout()).isEqualTo("served\n"); // on the same connection
                assertThat(flood.await(Duration.ofMillis(100))).isEmpty();
            }
            while (output.hasNext()) {
                got += size(output.next());
            }
            assertThat(got).isEqualTo(1L << 30);
            assertThat(flood.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    private static long size(Output output) {
        return switch (output) {
            case Output.Chunk(var _, long _, ByteBuffer bytes) -> bytes.remaining();
            case Output.Gap gap -> throw new AssertionError(gap);
        };
    }

    /** Longer than the interval at which the server pings, so that a ping fails to come; less than the three of them after which the client would give it up. */
    @Test
    void aServerThatStandsStillAndGoesOnLosesNothing() throws Exception {
        try (RunningCommand counting = sandbox.start(
                CommandSpec.shell("i=0; while test $i -lt 1500; do echo $i; i=$((i+1)); sleep 0.005; done"))) {
            Iterator<Output> output = counting.output();
            var said = new StringBuilder(text(output.next()));
            server.signal("STOP");
            try {
                new CountDownLatch(1).await(PING + 2, TimeUnit.SECONDS); // that is what is tested
            } finally {
                server.signal("CONT");
            }
            while (output.hasNext()) {
                said.append(text(output.next()));
            }
            var expected = new StringBuilder();
            for (int i = 0; i < 1_500; i++) {
                expected.append(i).append('\n');
            }
            assertThat(said).hasToString(expected.toString());
            assertThat(counting.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    private static String text(Output output) {
        return switch (output) {
            case Output.Chunk(var _, long _, ByteBuffer bytes) ->
                StandardCharsets.US_ASCII.decode(bytes).toString();
            case Output.Gap gap -> throw new AssertionError(gap);
        };
    }

    @Test
    void aLineOfTenMegabytesWithNulsAndWithoutAnEndComesWhole() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.shell("head -c 10000000 /dev/zero; printf end"))) {
            byte[] all = command.stdout().readAllBytes();
            assertThat(all).hasSize(10_000_003);
            assertThat(new String(all, 9_999_999, 4, StandardCharsets.US_ASCII)).isEqualTo("\0end");
        }
    }

    /** The child lives on; what it says later is nobody's (agent/PROTOCOL.md). */
    @Test
    void aCommandWhoseChildKeepsThePipeOpenEndsWithItsOwnExit() throws Exception {
        String script = "(while ! test -e go; do sleep 0.02; done; echo late; touch said) & echo early; exit 5";
        try (RunningCommand command = sandbox.start(CommandSpec.shell(script))) {
            assertThat(command.stdout().readAllBytes()).asString().isEqualTo("early\n");
            assertThat(command.await()).isEqualTo(new Ending.Exited(5));
            sandbox.files().write("go", new byte[0]);
            Waiting.until(
                    "the child has said it",
                    () -> sandbox.run("test", "-e", "said").exitCode() == 0);
            try (RunningCommand again = sandbox.attach(command.id(), 0)) {
                assertThat(again.stdout().readAllBytes()).asString().isEqualTo("early\n");
            }
        }
    }

    @Test
    void killingWhileItStartsTwiceAndAfterItsExitIsTheSame() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (RunningCommand command = sandbox.start(CommandSpec.of("sleep", "1000"))) {
                command.kill();
                command.kill();
                assertThat(command.await()).isEqualTo(new Ending.Killed(Signal.KILL));
                command.kill();
                command.signal(Signal.TERM);
                assertThat(command.output().hasNext()).isFalse();
                assertThat(command.await()).isEqualTo(new Ending.Killed(Signal.KILL));
            }
        }
    }
}
