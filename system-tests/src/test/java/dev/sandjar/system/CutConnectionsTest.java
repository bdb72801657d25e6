package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections between client and server that are cut again and again: streams go on where they were, or say that they do not. */
@Timeout(120)
class CutConnectionsTest {
    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes direct;
    private static SandboxId id;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home);
        direct = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        id = direct.create(SandboxSpec.builder().build()).id();
    }

    @AfterAll
    static void close() throws Exception {
        direct.get(id).delete();
        direct.close();
        server.close();
    }

    private static CuttingProxy proxy(int most, long seed) throws Exception {
        return new CuttingProxy(server.address.getPort(), most, seed);
    }

    private static Sandboxes through(CuttingProxy proxy) {
        return Sandboxes.open("http://127.0.0.1:" + proxy.port(), RealServer.TOKEN);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void outputThatIsHeldIsWholeThoughItIsFarMoreThanTheJournalKeeps(long seed) throws Exception {
        Sums sums = Sums.ofNoise(direct.get(id), seed);
        try (var proxy = proxy(8_000_000, seed);
                var sandboxes = through(proxy);
                var command = sandboxes.get(id).start(sums.command())) {
            sums.add(command.output(), Long.MAX_VALUE);
            assertThat(sums.seen()).isEqualTo(sums.expected());
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
            assertThat(proxy.cuts()).isGreaterThan(5);
        }
    }

    /** Many small blocks of both streams fill the agent's journal with few bytes. */
    @Test
    void outputThatIsHeldIsWholeThoughItComesInSmallPieces() throws Exception {
        String script = "import os\nfor i in range(40000): os.write(1 + i % 2, b'%06d' % i)";
        try (var proxy = proxy(60_000, 9);
                var sandboxes = through(proxy);
                var command = sandboxes.get(id).start(CommandSpec.of("python3", "-c", script))) {
            var read = new EnumMap<Output.Stream, StringBuilder>(
                    Map.of(Output.Stream.STDOUT, new StringBuilder(), Output.Stream.STDERR, new StringBuilder()));
            Iterator<Output> output = command.output();
            while (output.hasNext()) {
                switch (output.next()) {
                    case Output.Chunk(Output.Stream stream, long _, ByteBuffer bytes) ->
                        read.get(stream).append(StandardCharsets.US_ASCII.decode(bytes));
                    case Output.Gap gap -> throw new AssertionError(gap);
                }
            }
            for (Output.Stream stream : Output.Stream.values()) {
                String expected = IntStream.range(0, 40_000)
                        .filter(i -> i % 2 == stream.ordinal())
                        .mapToObj("%06d"::formatted)
                        .collect(Collectors.joining());
                assertThat(read.get(stream)).hasToString(expected);
            }
            assertThat(proxy.cuts()).isGreaterThan(5);
        }
    }

    /** The first connection is cut after each number of bytes that it has in one direction, until that is more than it has. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"on its way up", "on its way down"})
    void aCutAtEveryByteOfAShortConversationLosesNothing(String direction) throws Exception {
        var cut = new AtomicInteger();
        var all = new ArrayList<Future<?>>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) { // most of the time a conversation waits
                all.add(tasks.submit(() -> {
                    boolean cutSomething = true;
                    while (cutSomething) {
                        int at = cut.incrementAndGet();
                        cutSomething =
                                converse(direction.endsWith("up") ? List.of(at) : List.of(Integer.MAX_VALUE, at));
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(cut.get()).isGreaterThan(300);
    }

    private static boolean converse(List<Integer> cuts) throws Exception {
        try (var proxy = new CuttingProxy(server.address.getPort(), cuts);
                var sandboxes = through(proxy)) {
            CommandResult result = sandboxes.get(id).run("sh", "-c", "echo out; echo err >&2; exit 7");
            assertThat(result.exitCode()).as("cut after " + cuts).isEqualTo(7);
            assertThat(result.stdout()).as("cut after " + cuts).isEqualTo("out\n");
            assertThat(result.stderr()).as("cut after " + cuts).isEqualTo("err\n");
            return proxy.cuts() > 0;
        }
    }

    @Test
    void aReaderThatLeavesOnPurposeHoldsTheCommandNoLonger() throws Exception {
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN)) {
            Sandbox sandbox = sandboxes.get(id);
            RunningCommand command = sandbox.start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"));
            command.output().next();
            command.close();
            assertThat(sandbox.attach(command.id(), 0).await(Duration.ofSeconds(20)))
                    .contains(new Ending.Exited(0));
        }
    }

    @Test
    void runsAreStartedOnceAndEndAsTheyDid() throws Exception {
        Sandbox counting = direct.get(id);
        try (var proxy = proxy(1_500, 2);
                var sandboxes = through(proxy)) {
            Sandbox sandbox = sandboxes.get(id);
            for (int i = 0; i < 100; i++) {
                CommandResult result = sandbox.run("sh", "-c", "echo x >> count; seq 100; exit " + i);
                assertThat(result.exitCode()).isEqualTo(i);
                assertThat(result.stdoutBytes()).hasSize(292);
            }
            assertThat(proxy.cuts()).isGreaterThan(10);
        }
        assertThat(counting.run("sh", "-c", "wc -l < count").stdout()).isEqualTo("100\n");
    }

    @Test
    void inputIsWholeWhateverIsCut() throws Exception {
        byte[] content = new byte[5_000_000];
        new Random(3).nextBytes(content);
        try (var proxy = proxy(400_000, 3);
                var sandboxes = through(proxy)) {
            var spec = CommandSpec.builder(List.of("sha256sum")).stdin(true).build();
            try (RunningCommand command = sandboxes.get(id).start(spec)) {
                try (OutputStream in = command.stdin()) {
                    in.write(content);
                }
                assertThat(new String(command.stdout().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith(sha(content));
            }
            assertThat(proxy.cuts()).isGreaterThan(3);
        }
    }

    @Test
    void aFileIsWholeWhateverIsCutOnItsWayDown() throws Exception {
        byte[] content = new byte[8_000_000];
        new Random(4).nextBytes(content);
        direct.get(id).files().write("big", content);
        try (var proxy = proxy(1_000_000, 4);
                var sandboxes = through(proxy)) {
            try (InputStream in = sandboxes.get(id).files().open("big")) {
                assertThat(sha(in.readAllBytes())).isEqualTo(sha(content));
            }
            assertThat(proxy.cuts()).isGreaterThan(3);
        }
    }

    @Test
    void aServerThatIsGoneIsToldAfterTheLimitAndNotAsAnEnd() throws Exception {
        var proxy = proxy(1_000_000_000, 5);
        try (var sandboxes = Sandboxes.open(
                "http://127.0.0.1:" + proxy.port(), Map.of("token", RealServer.TOKEN, "reconnect", "1"))) {
            RunningCommand command = sandboxes.get(id).start(CommandSpec.shell("echo x; sleep 1000"));
            Iterator<Output> output = command.output();
            output.next();
            proxy.close();
            assertThatThrownBy(output::hasNext)
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessageContaining("within the limit \"reconnect\" (1 s)");
            direct.get(id).attach(command.id(), 0).kill();
        }
    }

    private static String sha(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
