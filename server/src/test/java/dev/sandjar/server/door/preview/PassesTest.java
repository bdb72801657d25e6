package dev.sandjar.server.door.preview;

import static dev.sandjar.server.door.preview.Passes.Kind.COOKIE;
import static dev.sandjar.server.door.preview.Passes.Kind.LINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PassesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final String SECRET = "a secret of thirty-two bytes, or more";
    private static final PortName NAME = new PortName(8000, SandboxId.random());

    private static Passes at(Instant now) {
        return Passes.of(Optional.of(SECRET), InstantSource.fixed(now));
    }

    private final Passes passes = at(NOW);
    private final String pass = passes.make(COOKIE, NAME, passes.end(Duration.ofHours(8)));

    @Test
    void aPassIsGoodUntilItsEnd() {
        assertThat(passes.admits(COOKIE, NAME, pass)).isTrue();
        assertThat(at(NOW.plusSeconds(8 * 3600 - 1)).admits(COOKIE, NAME, pass)).isTrue();
        assertThat(at(NOW.plusSeconds(8 * 3600)).admits(COOKIE, NAME, pass)).isFalse();
    }

    @Test
    void forNothingElse() {
        assertThat(passes.admits(LINK, NAME, pass)).isFalse();
        assertThat(passes.admits(COOKIE, new PortName(8001, NAME.sandbox()), pass))
                .isFalse();
        assertThat(passes.admits(COOKIE, new PortName(8000, SandboxId.random()), pass))
                .isFalse();
    }

    @Test
    void andNowhereElse() {
        assertThat(Passes.of(Optional.empty(), InstantSource.fixed(NOW)).admits(COOKIE, NAME, pass))
                .isFalse();
        assertThat(at(NOW).admits(COOKIE, NAME, pass)).isTrue(); // a replica
    }

    @Test
    void noBitOfItCanBeChanged() {
        byte[] bytes = Base64.getUrlDecoder().decode(pass);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(passes.admits(
                            COOKIE,
                            NAME,
                            Base64.getUrlEncoder().withoutPadding().encodeToString(changed)))
                    .isFalse();
        }
        assertThat(passes.admits(COOKIE, NAME, pass + "AAAA")).isFalse();
        assertThat(passes.admits(COOKIE, NAME, pass.substring(0, 12))).isFalse();
    }

    @Test
    void aSecretThatCouldBeGuessedStopsTheStart() {
        assertThatThrownBy(() -> Passes.of(Optional.of("short"), InstantSource.system()))
                .hasMessage("sandjar.preview.secret has 5 bytes, allowed: 32 or more");
    }
}
