package dev.sandjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListeningTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, false, http://127.0.0.1:80, false",
        "::1, false, http://[::1]:80, false",
        "0.0.0.0, false, http://127.0.0.1:80, true",
        "0.0.0.0, true, https://127.0.0.1:80, false",
        "192.0.2.7, false, http://192.0.2.7:80?cleartext=true, true",
        "192.0.2.7, true, https://192.0.2.7:80, false",
    })
    void isUsedAsItCanBe(String host, boolean secure, String here, boolean inClear) {
        var listening = new Listening(host, 80, secure);
        assertThat(listening.urlHere()).isEqualTo(here);
        assertThat(listening.isInClear()).isEqualTo(inClear);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void allAddressesAreNamedAndTheWildcardIsNone(String wildcard) {
        assertThat(new Listening(wildcard, 80, false).urls())
                .isNotEmpty()
                .allMatch(url -> url.matches("http://.+:80"))
                .doesNotContain("http://0.0.0.0:80", "http://[::]:80");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "192.0.2.7"})
    void anAddressIsCalledAsItIs(String host) {
        assertThat(new Listening(host, 80, false).urls()).containsExactly("http://" + host + ":80");
    }
}
