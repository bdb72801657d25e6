package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
    @ParameterizedTest
    @CsvSource({
        "http://h:1/v1, http://h:1",
        "http://h:1/v1/, http://h:1",
        "http://h:1/v1?cleartext=true, http://h:1?cleartext=true",
        "http://h:1/box/v1, http://h:1/box",
        "http://h:1/v10, http://h:1/v10"
    })
    void theVersionMayStandInAServersAddress(String typed, String meant) {
        assertThat(Place.withoutVersion(typed)).isEqualTo(meant);
    }

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

    @Test
    void aTokenFileThatEverybodyMayReadIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Place.refuseIfOpenToAll(file))
                .hasMessageContaining("is open to everybody")
                .hasMessageNotContaining("secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Place.refuseIfOpenToAll(file);
    }
}
