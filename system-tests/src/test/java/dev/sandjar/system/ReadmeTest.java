package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the pages say is what the code does. */
class ReadmeTest {
    @Test
    void theJavaExampleOfTheReadmeRunsAsItStandsThere() throws Exception {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            // begin
            try (var sandboxes = Sandboxes.open("local:");
                    var sandbox = sandboxes.create(SandboxSpec.of("host"))) {
                sandbox.files().write("a.py", "print(40 + 2)");
                System.out.print(sandbox.run("python3", "a.py").stdout()); // 42

                var server = CommandSpec.builder(List.of("python3", "-m", "http.server", "8000"))
                        .retention(CommandSpec.Retention.LATEST)
                        .build();
                try (var command = sandbox.start(server)) {
                    command.kill(); // and everything it started
                    System.out.println(command.await()); // Killed[signal=KILL]
                }
            } // the sandbox and everything in it is gone here
            // end
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("42\nKilled[signal=KILL]\n");
    }

    @Test
    void theReadmeShowsThatExample() throws Exception {
        String source = Files.readString(Path.of("src/test/java/dev/sandjar/system/ReadmeTest.java"));
        String region = source.substring(source.indexOf("// begin\n") + 9, source.indexOf("            // end\n"))
                .replace("\n            ", "\n    ")
                .strip();
        assertThat(Files.readString(Path.of("../README.md")))
                .contains("void main() throws Exception {\n    " + region + "\n}\n```");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyErrorIsExplained(ErrorCode code) throws Exception {
        assertThat(Files.readString(Path.of("../docs/errors.md")))
                .contains("| `" + code + "` | " + code.httpStatus() + " |");
    }
}
