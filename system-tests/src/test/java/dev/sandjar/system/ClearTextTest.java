package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** To whom a client sends its token. Opening a place connects to nobody. */
class ClearTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://sandjar.example:8080",
                "http://192.0.2.7",
                "http://[2001:db8::1]:8080",
                "http://localhost.example",
                "http://0.0.0.0:8080"
            })
    void aTokenIsNotSentInClearToAnotherMachine(String place) {
        assertThatThrownBy(() -> Sandboxes.open(place, "secret-token"))
                .isInstanceOfSatisfying(SandboxException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
                    assertThat(e.remedy()).contains("https://", "cleartext=true");
                })
                .hasMessageContaining("everybody on the way can read it")
                .hasMessageNotContaining("secret-token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://sandjar.example:8080?cleartext=true",
                "https://sandjar.example",
                "http://localhost:8080",
                "http://127.8.9.1:8080",
                "http://[::1]:8080"
            })
    void itIsSentWhereNobodyListensOrTheCallerSaysSo(String place) {
        Sandboxes.open(place, "secret-token").close();
    }
}
