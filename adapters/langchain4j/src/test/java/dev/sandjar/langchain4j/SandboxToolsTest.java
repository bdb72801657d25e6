package dev.sandjar.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.tool.ToolErrorHandlerResult;
import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.tools.ToolWords;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent of LangChain4j with a real sandbox; only its model is scripted. */
class SandboxToolsTest {
    private Sandboxes place;
    private Sandbox sandbox;

    interface Assistant {
        String chat(String message);
    }

    @BeforeEach
    void create() throws Exception {
        place = Sandboxes.open("local:", Map.of("home", "/var/lib/sandjar-test/langchain4j"));
        sandbox = place.create(SandboxSpec.builder().build());
    }

    @AfterEach
    void delete() {
        sandbox.close();
        place.close();
    }

    @Test
    void anAgentWritesEditsReadsListsAndRuns() {
        var model = new ScriptedModel()
                .calls("sandbox_write_file", "{\"path\": \"a.py\", \"content\": \"print(\\\"$HOME\\\", 40)\\n\"}")
                .calls("sandbox_edit_file", "{\"path\": \"a.py\", \"oldText\": \"40\", \"newText\": \"42\"}")
                .calls("sandbox_read_file", "{\"path\": \"a.py\", \"fromLine\": 1, \"lineCount\": 5}")
                .calls("sandbox_list_files", "{}")
                .calls("sandbox_run_command", "{\"command\": \"python3 a.py; exit 3\", \"timeoutSeconds\": 30}")
                .calls("sandbox_run_code", "{\"language\": \"bash\", \"code\": \"echo 'done'\"}");

        assertThat(agent(model).build().chat("go")).isEqualTo("exit code: 0\ndone\n");
        assertThat(model.results())
                .containsExactly(
                        "wrote 19 bytes to a.py",
                        "edited a.py, line 1",
                        "lines 1 to 1 of a.py, its end\nprint(\"$HOME\", 42)\n",
                        "entries of folder .: 1\na.py (19 bytes)\n",
                        "exit code: 3\n$HOME 42\n",
                        "exit code: 0\ndone\n");
    }

    @Test
    void theModelIsToldWhatToolsAndParametersAreFor() {
        var model = new ScriptedModel().calls("sandbox_list_files", "{}");
        agent(model).build().chat("go");
        assertThat(model.tools())
                .extracting(ToolSpecification::name)
                .containsExactlyInAnyOrder(
                        "sandbox_run_command",
                        "sandbox_run_code",
                        "sandbox_read_file",
                        "sandbox_write_file",
                        "sandbox_edit_file",
                        "sandbox_list_files");
        ToolSpecification run = model.tools().stream()
                .filter(tool -> tool.name().equals("sandbox_run_command"))
                .findAny()
                .orElseThrow();
        assertThat(run.description()).isEqualTo(ToolWords.RUN_COMMAND_DOES);
        assertThat(run.parameters().required()).containsExactly("command");
        assertThat(run.parameters().properties())
                .containsEntry(
                        "command",
                        JsonStringSchema.builder()
                                .description(ToolWords.COMMAND)
                                .build())
                .containsEntry(
                        "timeoutSeconds",
                        JsonIntegerSchema.builder()
                                .description(ToolWords.TIMEOUT_SECONDS)
                                .build());
    }

    @Test
    void whatTheModelCanMendIsAResult() {
        var model = new ScriptedModel()
                .calls("sandbox_read_file", "{\"path\": \"nothing\"}")
                .calls("sandbox_write_file", "{\"path\": \"a\"}")
                .calls("sandbox_run_command", "{\"command\": \"sleep 600\", \"timeoutSeconds\": 1}");
        agent(model).build().chat("go");
        assertThat(model.results().get(0)).startsWith("error: file nothing: no such file or folder");
        assertThat(model.results().get(1)).startsWith("error: content is missing");
        assertThat(model.results().get(2)).startsWith("timed out after 1 s");
    }

    @Test
    void argumentsOfAnotherTypeAreToldWhereTheProgramSaysSo() {
        var model = new ScriptedModel()
                .calls("sandbox_run_command", "{\"command\": \"true\", \"timeoutSeconds\": \"soon\"}");
        var assistant = agent(model)
                .toolArgumentsErrorHandler((error, context) -> ToolErrorHandlerResult.text(error.getMessage()))
                .build();
        assertThat(assistant.chat("go")).contains("timeoutSeconds").contains("soon");
    }

    @Test
    void thatTheSandboxIsPausedIsToldToTheModelUnlessTheProgramWantsToKnow() {
        var model = new ScriptedModel().calls("sandbox_run_command", "{\"command\": \"true\"}");
        sandbox.pause();
        assertThat(agent(model).build().chat("go")).contains("is paused").contains("do not try again");
    }

    @Test
    void aProgramThatWantsToKnowStopsItsAgentWhenTheSandboxIsGone() {
        var model = new ScriptedModel().calls("sandbox_run_command", "{\"command\": \"true\"}");
        // stop
        var assistant = AiServices.builder(Assistant.class)
                .chatModel(model)
                .tools(new SandboxTools(sandbox))
                .toolExecutionErrorHandler((error, context) -> {
                    if (error instanceof SandboxException gone) {
                        throw gone;
                    }
                    return ToolErrorHandlerResult.text(error.getMessage());
                })
                .build();
        // end
        sandbox.delete();
        assertThatThrownBy(() -> assistant.chat("go"))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SANDBOX_NOT_FOUND));
    }

    private AiServices<Assistant> agent(ScriptedModel model) {
        return AiServices.builder(Assistant.class).chatModel(model).tools(new SandboxTools(sandbox));
    }
}
