package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.Waiting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are slow, or go away, at a server with 256 MB of memory. */
@Timeout(120)
class ManyClientsTest {
    private static final int READERS = 100;
    private static final int EACH = 12_000_000; // far more than sockets, server and journal hold

    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-XX:+ExitOnOutOfMemoryError");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
    }

    @AfterAll
    static void close() throws Exception {
        sandboxes.close();
        server.close();
    }

    @Test
    void aHundredSlowReadersStallNobodyAndLoseNothing() throws Exception {
        try (Sandbox slow =
                        sandboxes.create(SandboxSpec.builder().memory(1L << 30).build());
                Sandbox other = sandboxes.create(SandboxSpec.builder().build());
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var readers = new ArrayList<RunningCommand>();
            for (int i = 0; i < READERS; i++) {
                RunningCommand command = slow.start(CommandSpec.of("head", "-c", "" + EACH, "/dev/zero"));
                Sums.skip(command.output(), 200_000); // beyond what a response carries; and now it stops
                readers.add(command);
            }
            for (int i = 0; i < 50; i++) {
                assertThat(slow.run("echo", "fast").stdout()).isEqualTo("fast\n");
                assertThat(other.run("echo", "fast").stdout()).isEqualTo("fast\n");
            }
            var all = new ArrayList<Future<Long>>();
            for (RunningCommand reader : readers) {
                all.add(tasks.submit(() -> end(reader.output())));
            }
            for (Future<Long> one : all) {
                assertThat(one.get()).isEqualTo(EACH);
            }
            readers.forEach(RunningCommand::close);
        }
    }

    private static long end(Iterator<Output> output) {
        long end = 0;
        while (output.hasNext()) {
            var chunk = (Output.Chunk) output.next();
            end = chunk.offset() + chunk.bytes().remaining();
        }
        return end;
    }

    @Test
    void aCreateThatIsInterruptedLeavesNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            var begun = new CountDownLatch(1);
            var creating = Thread.ofVirtual().start(() -> {
                begun.countDown();
                try {
                    sandboxes.create(SandboxSpec.builder().build()).delete();
                } catch (InterruptedException | SandboxException e) {
                    // as it should
                }
            });
            begun.await();
            creating.join(java.time.Duration.ofMillis(i * 3)); // somewhere in its middle
            creating.interrupt();
            creating.join();
        }
        Waiting.until("nothing is left", () -> sandboxes.list(0, 1).total() == 0);
    }
}
