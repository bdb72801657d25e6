package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "secret\n",
                "  secret  \nother",
                "# made on Friday\n\nsecret\n",
                "alice:secret\nbob:other",
                "alice: secret"
            })
    void theFirstTokenOfTheServersFileIsTaken(String file) {
        assertThat(Place.firstToken(file)).isEqualTo("secret");
    }

    @Test
    void aFileWithoutATokenSaysWhatToDo() {
        assertThatThrownBy(() -> Place.firstToken("# nothing\n"))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.remedy()).contains("SANDBOX_API_TOKEN"));
    }
}
