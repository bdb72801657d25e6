package dev.sandjar.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw-rw-", "rw-----w-"})
    void aFileThatEverybodyMayReadOrChangeIsRefused(String permissions) throws Exception {
        Path file = file(permissions);
        assertThatThrownBy(() -> TokenFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is open to everybody on this machine (" + permissions + ")")
                .hasMessageContaining("chmod 600 " + file)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "r--r-----"})
    void aFileForItsOwnerAndGroupIsTaken(String permissions) throws Exception {
        assertThat(TokenFile.read(file(permissions))).containsEntry("secret", "alice");
    }

    @Test
    void aFileThatIsMadeIsForItsOwnerAlone() throws Exception {
        Path file = folder.resolve("token");
        assertThat(TokenFile.makeIfMissing(file)).isTrue();
        assertThat(TokenFile.makeIfMissing(file)).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(TokenFile.read(file)).containsValue(TokenFile.DEFAULT_OWNER);
    }

    @Test
    void aFileWhoseFolderIsMissingIsMistyped() {
        assertThatThrownBy(() -> TokenFile.makeIfMissing(folder.resolve("nope/token")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no folder " + folder.resolve("nope"));
        assertThat(folder.resolve("nope")).doesNotExist();
    }

    private Path file(String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "alice:secret\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
