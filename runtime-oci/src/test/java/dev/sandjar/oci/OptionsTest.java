package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.oci.image.Registries;
import dev.sandjar.runtime.LimitOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void withoutAnyTheDefaultsHold() {
        var options = Options.read(Map.of(), Map.of());
        assertThat(options.home()).isEqualTo(Path.of("/var/lib/sandjar"));
        assertThat(options.registries()).isEqualTo(Registries.ANY);
        assertThat(options.aliases().resolve("python:3.11")).isEqualTo("python:3.11");
    }

    @Test
    void theEnvironmentIsRead() {
        var options = Options.read(
                Map.of(),
                Map.of(
                        "SANDJAR_HOME", "/x/../y",
                        "SANDJAR_MIRROR", "http://127.0.0.1:5000",
                        "SANDJAR_REGISTRIES", "docker.io, ghcr.io:443",
                        "SANDJAR_ALIASES", "python:3.11=host, node:20=host,"));
        assertThat(options.home()).isEqualTo(Path.of("/y"));
        assertThat(options.registries())
                .isEqualTo(new Registries(
                        Optional.of(URI.create("http://127.0.0.1:5000")), Set.of("docker.io", "ghcr.io:443")));
        assertThat(options.aliases().resolve("node:20")).isEqualTo("host");
    }

    @Test
    void anOptionWinsOverTheEnvironment() {
        assertThat(Options.read(Map.of("home", "/a"), Map.of("SANDJAR_HOME", "/b"))
                        .home())
                .isEqualTo(Path.of("/a"));
    }

    @Test
    void anUnknownOptionIsRefused() {
        assertThatThrownBy(() -> Options.read(Map.of("hom", "/a"), Map.of()))
                .hasMessage(
                        "option of local: is hom, allowed: aliases, home, limits.cleanup, limits.doctor, limits.pull, mirror,"
                                + " oci-runtime, registries");
    }

    @Test
    void limitsHaveDefaultsNamesInTheEnvironmentAndOptions() {
        assertThat(Options.read(Map.of(), Map.of()).limits())
                .isEqualTo(new WorkLimits(Duration.ofMinutes(30), Duration.ofSeconds(30), Duration.ofSeconds(20)));
        var both = Options.read(
                Map.of("limits.pull", "45m"), Map.of("SANDJAR_LIMITS_PULL", "1h", "SANDJAR_LIMITS_CLEANUP", "90"));
        assertThat(both.limits())
                .isEqualTo(new WorkLimits(Duration.ofMinutes(45), Duration.ofSeconds(90), Duration.ofSeconds(20)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 90_000, 1_080_000_000, 31_536_000_000L})
    void aLimitIsReadAsItIsWritten(long millis) {
        var length = Duration.ofMillis(millis);
        var read = Options.read(Map.of("limits.pull", LimitOptions.text(length)), Map.of());
        assertThat(read.limits().pull()).isEqualTo(length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s", "soon", "1d", "5 m", "8761h"})
    void aLimitThatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> Options.read(Map.of("limits.doctor", text), Map.of()))
                .hasMessage(
                        "limits.doctor is \"" + text + "\", allowed: 1ms to 365 days, such as 500ms, 90s, 5m or 1h");
    }

    @Test
    void aliasesThatCannotBeMeantAreRefused() {
        assertThatThrownBy(() -> Options.read(Map.of("aliases", "python"), Map.of()))
                .hasMessage("aliases is \"python\", allowed: image=image,image=image");
        assertThatThrownBy(() -> Options.read(Map.of("aliases", "a=host,a=b"), Map.of()))
                .hasMessage("aliases is a twice, allowed: each image once");
    }
}
