package dev.sandjar.engine.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseRulesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
            # what,                                    ends, idle limit, last use, in use, frozen, now, reaped, else until
            young and never idle,                       100,          -,        0,  false,  false,  99,  false, 100
            its last instant,                           100,          -,        0,  false,  false, 100,   true,   -
            idle to the second,                         100,         10,       20,  false,  false,  30,   true,   -
            idle a second less,                         100,         10,       20,  false,  false,  29,  false,  30
            a use that lasts is no idleness,            100,         10,       20,   true,  false,  90,  false, 100
            the frozen are not idle,                    100,         10,       20,  false,   true,  80,  false,  90
            but the frozen expire,                      100,         10,       20,  false,   true, 100,   true,   -
            idleness after the end does not matter,     100,         50,       90,  false,  false,  95,  false, 100
            """)
    void judges(
            String what,
            int ends,
            Integer idle,
            int lastUse,
            boolean inUse,
            boolean frozen,
            int now,
            boolean reaped,
            Integer until) {
        var lease = new Lease(
                START.plusSeconds(ends),
                Optional.ofNullable(idle).map(Duration::ofSeconds),
                START.plusSeconds(lastUse),
                inUse,
                frozen);
        Verdict verdict = LeaseRules.judge(lease, START.plusSeconds(now));
        if (reaped) {
            assertThat(verdict).isInstanceOf(Verdict.Reap.class);
        } else {
            assertThat(verdict).isEqualTo(new Verdict.KeepUntil(START.plusSeconds(until)));
        }
    }
}
