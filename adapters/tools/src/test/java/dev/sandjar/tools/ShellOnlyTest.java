package dev.sandjar.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** As in an image that has a shell and little else: the programs are there, but not on the PATH. */
class ShellOnlyTest {
    private static Sandboxes place;
    private static Sandbox sandbox;
    private static ToolSet tools;

    @BeforeAll
    static void create() throws Exception {
        place = TestPlace.open();
        sandbox = place.create(
                SandboxSpec.builder().env(Map.of("PATH", "/workspace/bin")).build());
        sandbox.run("/bin/sh", "-c", "/bin/mkdir bin && /bin/ln -s /bin/dash bin/sh");
        tools = new ToolSet(sandbox);
    }

    @AfterAll
    static void delete() {
        sandbox.close();
        place.close();
    }

    @Test
    void commandsAndScriptsRunInTheShellThatThereIs() {
        String which = "echo ${BASH_VERSION:-no bash}";
        assertThat(tools.runCommand(which, null)).isEqualTo("exit code: 0\nno bash\n");
        assertThat(tools.runCode("bash", which, null)).isEqualTo("exit code: 0\nno bash\n");
    }

    @Test
    void codeOfALanguageThatIsNotThereSaysWhatIsMissing() {
        assertThat(tools.runCode("python", "print(1)", null))
                .startsWith("exit code: 127\n")
                .contains("python3");
        assertThat(tools.runCode("javascript", "1", null))
                .startsWith("exit code: 127\n")
                .contains("node");
    }
}
