package dev.sandjar.engine.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemAlarmsTest {
    @Test
    void anAlarmBeyondAllTimeRingsForNobodyAndStopsNobody() throws Exception {
        try (var alarms = new SystemAlarms()) {
            var never = new CountDownLatch(1);
            var soon = new CountDownLatch(1);
            alarms.at(Instant.MAX, never::countDown);
            alarms.at(Instant.MIN, soon::countDown);
            assertThat(soon.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(never.getCount()).isEqualTo(1);
        }
    }
}
