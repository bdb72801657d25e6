package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class InfoCommandTest {
    private static String text(SandboxSpec spec) {
        return InfoCommand.text(JsonTest.info(spec, "host"), JsonTest.NOW);
    }

    @Test
    void saysHowLongItMayBeIdleAndWhatItReaches() {
        assertThat(text(SandboxSpec.builder().idleTimeout(Duration.ofMinutes(5)).build()))
                .contains("\nidle       at most 5m\n", "\nnetwork    none\n");
    }

    @Test
    void saysThatItMayBeIdleForAnyTime() {
        assertThat(text(SandboxSpec.builder().build())).contains("\nidle       no limit\n");
    }
}
