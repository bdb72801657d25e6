package dev.sandjar.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.tools.ToolWords;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the page says is what the code does. */
class ReadmeTest {
    interface Example {
        void run() throws Exception;
    }

    @Test
    void theExamplePrintsWhatThePageSays() throws Exception {
        assertThat(printed(AgentExample::main)).isEqualTo("\"exit code: 0\\n5050\\n\"\n");
        assertThat(readme()).contains("\n```\n\"exit code: 0\\n5050\\n\"\n```\n");
    }

    @ParameterizedTest
    @CsvSource({"AgentExample, begin", "SandboxToolCallbacksTest, stop"})
    void thePageShowsThem(String type, String begin) throws Exception {
        String source = Files.readString(Path.of("src/test/java/dev/sandjar/springai", type + ".java"));
        String shown = source.substring(source.indexOf("// " + begin + "\n") + begin.length() + 4);
        shown = shown.substring(0, shown.indexOf("        // end\n")).replace("\n        ", "\n");
        assertThat(readme()).contains("```java\n" + shown.strip() + "\n```");
    }

    @Test
    void thePageNamesTheTools() throws Exception {
        assertThat(readme())
                .contains(
                        ToolWords.RUN_COMMAND,
                        ToolWords.RUN_CODE,
                        ToolWords.READ_FILE,
                        ToolWords.WRITE_FILE,
                        ToolWords.EDIT_FILE,
                        ToolWords.LIST_FILES);
    }

    private static String readme() throws Exception {
        return Files.readString(Path.of("README.md"));
    }

    private static String printed(Example example) throws Exception {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
