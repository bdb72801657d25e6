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
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed with SIGKILL and started again, under clients that are in the middle of something. */
@Timeout(120)
class KilledServerTest {
    @TempDir
    static Path home;

    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private RealServer server;
    private CuttingProxy proxy; // so that the next server is found at the same address
    private Sandboxes sandboxes;
    private Sandbox sandbox;

    @BeforeEach
    void open() throws Exception {
        server = new RealServer(home);
        proxy = new CuttingProxy(server.address.getPort(), List.of());
        sandboxes = Sandboxes.open("http://127.0.0.1:" + proxy.port(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
    }

    @AfterEach
    void close() throws Exception {
        tasks.close();
        sandbox.delete();
        sandboxes.close();
        proxy.close();
        server.close();
    }

    @Test
    void stoppingDoesNotWaitForStreams() throws Exception {
        try (RunningCommand command = sandbox.start(CommandSpec.shell("head -c 1000000 /dev/zero; sleep 1000"))) {
            Iterator<Output> output = command.output();
            Sums.skip(output, 1_000_000);
            long start = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
            server = new RealServer(home);
            proxy.moveTo(server.address.getPort());
            command.kill();
            assertThat(output.hasNext()).isFalse();
            assertThat(command.await()).isInstanceOf(Ending.Killed.class);
        }
    }

    private void killAndStartAgain() throws Exception {
        server.kill();
        server = new RealServer(home);
        proxy.moveTo(server.address.getPort());
    }

    @Test
    void everythingThatWasUnderWayGoesOnWithoutALoss() throws Exception {
        Sums sums = Sums.ofNoise(sandbox, 7);
        try (RunningCommand held = sandbox.start(sums.command());
                RunningCommand awaited =
                        sandbox.start(CommandSpec.shell("while [ ! -e done ]; do sleep 0.02; done; exit 4"))) {
            Future<CommandResult> run = tasks.submit(
                    () -> sandbox.run("sh", "-c", "echo before; while [ ! -e done ]; do sleep 0.02; done; echo after"));
            Future<Ending> ending = tasks.submit(() -> awaited.await());
            Iterator<Output> output = held.output();
            sums.add(output, 20_000_000);
            Future<?> restart = tasks.submit(() -> {
                killAndStartAgain();
                return null;
            });
            sums.add(output, Long.MAX_VALUE);
            restart.get();
            assertThat(sums.seen()).isEqualTo(sums.expected());
            assertThat(held.await()).isEqualTo(new Ending.Exited(0));
            sandbox.files().write("done", new byte[0]);
            assertThat(ending.get()).isEqualTo(new Ending.Exited(4));
            assertThat(run.get().stdout()).isEqualTo("before\nafter\n");
        }
    }

    @Test
    void inputOfWhichNobodyKnowsHowMuchWasTakenIsNeverSentTwice() throws Exception {
        var spec = CommandSpec.builder(List.of("wc", "-c")).stdin(true).build();
        try (RunningCommand command = sandbox.start(spec)) {
            OutputStream in = command.stdin();
            in.write(new byte[500_000]);
            killAndStartAgain();
            assertThatThrownBy(() -> in.write(new byte[500_000]))
                    .hasMessageContaining("how much of it was taken is no longer known")
                    .cause()
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
            command.kill();
            assertThat(command.await()).isInstanceOf(Ending.Killed.class);
        }
    }
}
