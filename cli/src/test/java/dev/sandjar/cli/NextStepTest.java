package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxState;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What stands below an error. */
class NextStepTest {
    private static CommandLine typed(String words) {
        String[] args = words.split(" ");
        CommandLine line = Sandjar.commandLine(args);
        line.parseArgs(args);
        return line.getSubcommands().get(args[0]);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "exec 3fa8 -- true, run: sandjar resume 3fa8",
        "cp 3fa8:a ., run: sandjar resume 3fa8",
        "cp a 3fa8:, run: sandjar resume 3fa8",
        "stop 3fa8 77d0, run: sandjar resume SANDBOX"
    })
    void aPausedSandboxIsResumed(String words, String next) {
        var paused = SandboxException.invalidState(new SandboxId(new UUID(1, 2)), SandboxState.PAUSED, "running");
        assertThat(NextStep.after(paused, typed(words))).isEqualTo(next);
    }

    @Test
    void aCommandThatIsNotThereIsLookedForInTheLog() {
        assertThat(NextStep.after(SandboxException.commandNotFound("9c1e"), typed("kill 3fa8 9c1e")))
                .isEqualTo("run: sandjar logs 3fa8");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"cp 3fa8:a ., .", "cp 3fa8:src/a ., src", "cp 3fa8:/a ., /", "cp b 3fa8:/etc/b/, /etc"})
    void aFileThatIsNotThereIsLookedForInItsFolder(String words, String folder) {
        var missing = new SandboxException(ErrorCode.FILE_NOT_FOUND, "file: no such file or folder", "", null);
        assertThat(NextStep.after(missing, typed(words)))
                .isEqualTo("look what is there: sandjar exec 3fa8 -- ls -la " + folder);
    }

    @Test
    void aFileOfThisMachineIsLookedForInItsFolder() {
        assertThat(NextStep.after(new NoSuchFileException("/no/such file"), typed("cp /no/such 3fa8:")))
                .isEqualTo("look what is there: ls -la /no");
    }

    @Test
    void aFullDiskOfThisMachineIsNoReasonToLookIntoAFolder() {
        assertThat(NextStep.after(
                        new FileSystemException("/a/b", null, "No space left on device"), typed("cp 3fa8:b /a")))
                .isEmpty();
    }
}
