package dev.sandjar.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.server.auth.Nonces.Nonce;
import dev.sandjar.server.auth.Nonces.Use;
import org.junit.jupiter.api.Test;

class NoncesTest {
    private static final long WINDOW = 60_000;

    private final Nonces nonces = new Nonces(WINDOW);

    @Test
    void eachIsFreshOnceForAsLongAsItsTimeIsGood() {
        long signed = 1_000_000;
        assertThat(nonces.use(new Nonce(1, 2), signed, signed - WINDOW)).isEqualTo(Use.FRESH);
        for (long now = signed - WINDOW; now <= signed + WINDOW; now += 1_000) {
            assertThat(nonces.use(new Nonce(1, 2), signed, now)).isEqualTo(Use.USED);
        }
    }

    @Test
    void thereIsRoomForSoManyAndLaterForOthers() {
        long now = 1_000_000;
        for (int i = 0; i < 100_000; i++) {
            assertThat(nonces.use(new Nonce(i, 0), now, now)).isEqualTo(Use.FRESH);
        }
        assertThat(nonces.use(new Nonce(-1, 0), now, now)).isEqualTo(Use.NO_ROOM);
        assertThat(nonces.use(new Nonce(7, 0), now, now)).isEqualTo(Use.USED);
        now += WINDOW + 20_000;
        assertThat(nonces.use(new Nonce(-1, 0), now, now)).isEqualTo(Use.FRESH);
    }
}
