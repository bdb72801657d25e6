package dev.sandjar.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.engine.lease.Alarms;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PoolTest {
    private record Wish(Duration in, Runnable work) {}

    /** Time stands still; what is asked for is told to the test. */
    private static final class Told implements Alarms {
        private final LinkedBlockingQueue<Wish> asked = new LinkedBlockingQueue<>();

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public Alarm at(Instant when, Runnable work) {
            asked.add(new Wish(Duration.between(Instant.EPOCH, when), work));
            return () -> {};
        }

        Wish next() throws InterruptedException {
            Wish next = asked.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("somebody tries again later").isNotNull();
            return next;
        }

        @Override
        public void close() {}
    }

    @Test
    void whereThereIsNoCapacityItTriesAgainLaterAndLaterAndHasNothingToHandOut() throws Exception {
        var told = new Told();
        var tries = new AtomicInteger();
        Pool.Maker full = () -> {
            tries.incrementAndGet();
            throw new SandboxException(ErrorCode.NO_CAPACITY, "no node takes it", "add nodes", null);
        };
        try (var pool = new Pool(2, full, _ -> {}, told)) {
            pool.refill();
            for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
                Wish next = told.next();
                assertThat(next.in()).isEqualTo(Duration.ofSeconds(seconds));
                assertThat(pool.ready()).isZero();
                next.work().run();
            }
            told.next();
            assertThat(tries).hasValue(9);
        }
    }
}
