package dev.sandjar.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.AgentError;
import dev.sandjar.agent.AgentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the agent's numbers become; its words change nothing but the message. */
class AgentErrorsTest {
    private static final CommandId COMMAND = CommandId.random();

    @Test
    void theStandardInputOfACommandThatIsNotThereIsACommandThatIsNotFound() {
        assertThat(translated(AgentError.NOT_FOUND, Subject.stdin(COMMAND)).code())
                .isEqualTo(ErrorCode.COMMAND_NOT_FOUND);
    }

    @Test
    void whatIsNotThereIsLookedForInTheListThatItWouldBeIn() {
        assertThat(translated(AgentError.NOT_FOUND, Subject.command(COMMAND)).remedy())
                .isEqualTo("look at the list of the sandbox's commands; one that ended long ago is forgotten");
        assertThat(translated(AgentError.NOT_FOUND, Subject.file("a")).remedy())
                .isEqualTo("look into the folder that it should be in");
        assertThat(translated(AgentError.NOT_FOUND, Subject.process(7)).remedy())
                .isEqualTo("look at the list of processes: it may have ended");
    }

    @Test
    void aFileThatIsCalledLikeACommandIsAFile() {
        assertThat(translated(AgentError.NOT_FOUND, Subject.file("command")).code())
                .isEqualTo(ErrorCode.FILE_NOT_FOUND);
    }

    @Test
    void noRoomForAWatchIsNoFailedStart() {
        assertThat(translated(AgentError.LIMIT, Subject.folder("src")).code()).isEqualTo(ErrorCode.NO_CAPACITY);
        assertThat(translated(AgentError.LIMIT, Subject.newCommand()).code()).isEqualTo(ErrorCode.START_FAILED);
    }

    @Test
    void standardInputThatSomebodyElseWritesToIsWaitedFor() {
        assertThat(translated(AgentError.LIMIT, Subject.stdin(COMMAND)).remedy())
                .isEqualTo("wait until whoever writes to it lets go, or only follow its output");
        assertThat(translated(AgentError.LIMIT, Subject.command(COMMAND)).remedy())
                .startsWith("end other commands");
    }

    @ParameterizedTest
    @EnumSource(AgentError.class)
    void theAgentsWordsDecideNothing(AgentError error) {
        var plain = AgentErrors.translate(new AgentException(error, "x"), Subject.command(COMMAND));
        var misleading = AgentErrors.translate(
                new AgentException(error, "no space left; no such file"), Subject.command(COMMAND));
        assertThat(misleading.code()).isEqualTo(plain.code());
        assertThat(misleading.remedy()).isEqualTo(plain.remedy());
    }

    @Test
    void theAgentsWordsAreShortenedAndHaveNoControlCharacters() {
        var e = AgentErrors.translate(
                new AgentException(AgentError.IO, "\u001b[31m" + "x".repeat(1_000)), Subject.sandbox());
        assertThat(e.getMessage()).startsWith("the request: ?[31mxx").hasSize("the request: ".length() + 200);
    }

    private static SandboxException translated(AgentError error, Subject subject) {
        return AgentErrors.translate(new AgentException(error, "whatever"), subject);
    }
}
