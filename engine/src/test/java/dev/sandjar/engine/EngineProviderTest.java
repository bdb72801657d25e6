package dev.sandjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineProviderTest {
    @Test
    void limitsOfAnEmbeddedPlaceAreOptionsOrInTheEnvironment() {
        EngineConfig config = EngineProvider.config(
                Map.of("limits.create", "5m"), Map.of("SANDJAR_LIMITS_CREATE", "1m", "SANDJAR_LIMITS_DESTROY", "45s"));
        assertThat(config.createLimit()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.destroyLimit()).isEqualTo(Duration.ofSeconds(45));
        assertThat(config.agentLimit()).isEqualTo(Duration.ofSeconds(30));
    }
}
