package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
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
                    assertThat(e.remedy()).contains("https://", "?cleartext=true");
                })
                .hasMessageContaining("everybody on the way can read it")
                .hasMessageNotContaining("secret-token");
    }

    @Test
    void aServerWithoutTlsIsToBeWrittenWithHttp() throws Exception {
        try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var place = Sandboxes.open("https://127.0.0.1:" + plain.getLocalPort(), "secret-token")) {
            Thread.ofVirtual().start(() -> refuse(plain));
            assertThatThrownBy(() -> place.list(0, 1))
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.remedy()).startsWith("write http://"));
        }
    }

    private static void refuse(ServerSocket plain) {
        try (var client = plain.accept()) {
            client.getInputStream().read();
            client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
