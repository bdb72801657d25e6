package dev.sandjar.engine.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ReaperTest {
    /** Time passes while an alarm is set, so that it comes before anybody knows of it. */
    private static final class EarlyAlarms implements Alarms {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public Alarm at(Instant when, Runnable work) {
            now = when;
            work.run();
            return () -> {};
        }

        @Override
        public void close() {}
    }

    @Test
    void anAlarmThatComesAtOnceIsNotLost() {
        var alarms = new EarlyAlarms();
        var lease = new Lease(Instant.EPOCH.plusSeconds(60), Optional.empty(), Instant.EPOCH, false, false);
        var reaped = new AtomicBoolean();
        new Reaper<String>(alarms).watch("it", () -> lease, () -> {
            reaped.set(true);
            return Optional.empty();
        });
        assertThat(reaped).isTrue();
    }
}
