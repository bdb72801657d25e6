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
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections between client and server that are cut again and again: streams go on where they were, or say that they do not. */
@Timeout(120)
class CutConnectionsTest {
    /** Below what the journal keeps, so that nothing can be forgotten while nobody is connected. */
    private static final String NOISE = "import random,sys\nr=random.Random(7)\n"
            + "for _ in range(75): sys.stdout.buffer.write(r.randbytes(50000))";

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

    @Test
    void outputIsWholeWhateverIsCut() throws Exception {
        String expected = sha(direct.get(id).run("python3", "-c", NOISE).stdoutBytes());
        try (var proxy = proxy(400_000, 1);
                var sandboxes = through(proxy)) {
            Sandbox sandbox = sandboxes.get(id);
            var digest = MessageDigest.getInstance("SHA-256");
            try (RunningCommand command = sandbox.start(CommandSpec.of("python3", "-c", NOISE))) {
                Iterator<Output> output = command.output();
                while (output.hasNext()) {
                    if (!(output.next() instanceof Output.Chunk(var _, long _, ByteBuffer bytes))) {
                        throw new AssertionError("a gap");
                    }
                    digest.update(bytes);
                }
                assertThat(command.await()).isEqualTo(new Ending.Exited(0));
            }
            assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(expected);
            assertThat(proxy.cuts()).isGreaterThan(5);
        }
    }

    /** While nobody is connected the agent does not hold the command back: then the journal's bound counts, and what it forgot is told. */
    @Test
    void outputBeyondTheJournalIsWholeOrTellsWhatIsMissing() throws Exception {
        try (var proxy = proxy(2_000_000, 6);
                var sandboxes = through(proxy);
                var command = sandboxes.get(id).start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"))) {
            long at = 0;
            Iterator<Output> output = command.output();
            while (output.hasNext()) {
                switch (output.next()) {
                    case Output.Chunk(var _, long offset, ByteBuffer bytes) -> {
                        assertThat(offset).isEqualTo(at);
                        at += bytes.remaining();
                    }
                    case Output.Gap(long from, long to) -> {
                        assertThat(from).isEqualTo(at);
                        at = to;
                    }
                }
            }
            assertThat(at).isEqualTo(30_000_000);
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
            assertThat(proxy.cuts()).isGreaterThan(5);
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
