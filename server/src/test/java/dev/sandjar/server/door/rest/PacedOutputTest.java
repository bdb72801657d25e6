package dev.sandjar.server.door.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of a real server and clients that do not read: HostileOwnersTest. */
@Timeout(30)
class PacedOutputTest {
    @Test
    void itWaitsWhileTheEventLoopIsBehindAndThenWritesAll() throws Exception {
        var much = new byte[1_000_000];
        new Random(1).nextBytes(much);
        var written = new ByteArrayOutputStream();
        var behind = new CountDownLatch(1);
        try (var loop = Executors.newSingleThreadExecutor();
                var writers = Executors.newSingleThreadExecutor()) {
            Future<?> blocked = loop.submit(() -> {
                behind.await();
                return null;
            });
            var writer = Thread.currentThread();
            Future<?> watched = writers.submit(() -> {
                while (writer.getState() != Thread.State.WAITING && behind.getCount() > 0) {
                    Thread.onSpinWait();
                }
                int atFirst = written.size();
                behind.countDown();
                return atFirst;
            });
            try {
                new PacedOutput(written, loop).write(much);
            } finally {
                behind.countDown(); // also when it fails
            }
            assertThat(watched.get()).isEqualTo(PacedOutput.MOST);
            blocked.get();
        }
        assertThat(written.toByteArray()).isEqualTo(much);
    }
}
