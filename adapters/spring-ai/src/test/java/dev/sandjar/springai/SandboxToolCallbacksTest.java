package dev.sandjar.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.tools.ToolWords;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.tool.execution.DefaultToolExecutionExceptionProcessor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An agent of Spring AI with a real sandbox; only its model is scripted. */
class SandboxToolCallbacksTest {
    private static final JsonMapper JSON = new JsonMapper();

    private Sandboxes place;
    private Sandbox sandbox;

    @BeforeEach
    void create() throws Exception {
        place = Sandboxes.open("local:", Map.of("home", "/var/lib/sandjar-test/spring-ai"));
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

        ask(model);
        assertThat(model.results())
                .extracting(result -> JSON.readValue(result, String.class))
                .containsExactly(
                        "wrote 19 bytes to a.py",
                        "edited a.py, line 1",
                        "lines 1 to 1 of a.py, its end\nprint(\"$HOME\", 42)\n",
                        "entries of folder .: 1\na.py (19 bytes)\n",
                        "exit code: 3\n$HOME 42\n",
                        "exit code: 0\ndone\n");
    }

    /** Spring AI parses what is JSON already: a file's text must not be taken for it. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": [1,  2]}", "42", "\"quoted\"", "null", "", " "})
    void textThatIsJsonIsWrittenAsItStands(String content) {
        ask(new ScriptedModel()
                .calls("sandbox_write_file", JSON.writeValueAsString(Map.of("path", "a", "content", content))));
        assertThat(sandbox.files().readText("a")).isEqualTo(content);
    }

    @Test
    void theModelIsToldWhatToolsAndParametersAreFor() {
        var model = new ScriptedModel().calls("sandbox_list_files", "{}");
        ask(model);
        assertThat(model.tools())
                .extracting(ToolDefinition::name)
                .containsExactlyInAnyOrder(
                        "sandbox_run_command",
                        "sandbox_run_code",
                        "sandbox_read_file",
                        "sandbox_write_file",
                        "sandbox_edit_file",
                        "sandbox_list_files");
        ToolDefinition run = model.tools().stream()
                .filter(tool -> tool.name().equals("sandbox_run_command"))
                .findAny()
                .orElseThrow();
        assertThat(run.description()).isEqualTo(ToolWords.RUN_COMMAND_DOES);
        JsonNode schema = JSON.readTree(run.inputSchema());
        assertThat(schema.path("required")).isEqualTo(JSON.readTree("[\"command\"]"));
        assertThat(schema.at("/properties/command"))
                .isEqualTo(JSON.valueToTree(Map.of("type", "string", "description", ToolWords.COMMAND)));
        assertThat(schema.at("/properties/timeoutSeconds"))
                .isEqualTo(JSON.valueToTree(Map.of("type", "integer", "description", ToolWords.TIMEOUT_SECONDS)));
    }

    @Test
    void whatTheModelCanMendIsAResult() {
        var model = new ScriptedModel()
                .calls("sandbox_read_file", "{\"path\": \"nothing\"}")
                .calls("sandbox_write_file", "{\"path\": \"a\"}")
                .calls("sandbox_run_command", "{\"command\": \"true\", \"timeoutSeconds\": \"soon\"}")
                .calls("sandbox_run_command", "{\"command\": \"sleep 600\", \"timeoutSeconds\": 1}");
        ask(model);
        assertThat(model.results().get(0)).contains("error: file nothing: no such file or folder");
        assertThat(model.results().get(1)).contains("error: content is missing");
        assertThat(model.results().get(2)).contains("soon");
        assertThat(model.results().get(3)).contains("timed out after 1 s");
    }

    @Test
    void thatTheSandboxIsPausedIsToldToTheModelUnlessTheProgramWantsToKnow() {
        var model = new ScriptedModel().calls("sandbox_run_command", "{\"command\": \"true\"}");
        sandbox.pause();
        assertThat(ask(model)).contains("is paused").contains("do not try again");
    }

    @Test
    void aProgramThatWantsToKnowStopsItsAgentWhenTheSandboxIsGone() {
        var model = new ScriptedModel().calls("sandbox_run_command", "{\"command\": \"true\"}");
        // stop
        var thrown = DefaultToolExecutionExceptionProcessor.builder()
                .rethrowExceptions(List.of(SandboxException.class))
                .build();
        var manager = ToolCallingManager.builder()
                .toolExecutionExceptionProcessor(thrown)
                .build();
        var agent = ChatClient.builder(model)
                .defaultTools(SandboxToolCallbacks.of(sandbox))
                .defaultAdvisors(
                        ToolCallingAdvisor.builder().toolCallingManager(manager).build())
                .build();
        // end
        sandbox.delete();
        assertThatThrownBy(() -> agent.prompt("go").call().content())
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SANDBOX_NOT_FOUND));
    }

    private String ask(ScriptedModel model) {
        var agent = ChatClient.builder(model).defaultTools(SandboxToolCallbacks.of(sandbox));
        return agent.build().prompt("go").call().content();
    }
}
