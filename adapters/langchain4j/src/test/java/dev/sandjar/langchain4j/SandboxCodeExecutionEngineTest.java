package dev.sandjar.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.tools.Language;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SandboxCodeExecutionEngineTest {
    private static Sandboxes place;
    private static Sandbox sandbox;

    @BeforeAll
    static void create() throws Exception {
        place = Sandboxes.open("local:", Map.of("home", "/var/lib/sandjar-test/langchain4j"));
        sandbox = place.create(SandboxSpec.builder().build());
    }

    @AfterAll
    static void delete() {
        sandbox.close();
        place.close();
    }

    @Test
    void pythonIsExecutedUnlessAnotherLanguageIsAskedFor() {
        assertThat(new SandboxCodeExecutionEngine(sandbox).execute("print(40 + 2)"))
                .isEqualTo("42\n");
        assertThat(new SandboxCodeExecutionEngine(sandbox, Language.BASH).execute("echo $((40 + 2))"))
                .isEqualTo("42\n");
    }

    @Test
    void codeThatFailsSaysHowAndWhy() {
        assertThat(new SandboxCodeExecutionEngine(sandbox).execute("print('before')\n1 / 0"))
                .startsWith("exit code: 1\nbefore\nTraceback")
                .endsWith("ZeroDivisionError: division by zero\n");
    }

    @Test
    void filesStayForTheNextExecution() {
        var engine = new SandboxCodeExecutionEngine(sandbox);
        assertThat(engine.execute("open('kept', 'w').write('here')")).isEmpty();
        assertThat(engine.execute("print(open('kept').read())")).isEqualTo("here\n");
    }
}
