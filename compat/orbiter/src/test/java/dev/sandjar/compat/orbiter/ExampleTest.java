package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the README shows is what runs, and what it prints. */
class ExampleTest {
    @Test
    void theReadmeShowsTheExampleAndItsOutput() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        assertThat(readme).contains(region()).contains("```\n" + printed() + "```\n");
    }

    private static String region() throws Exception {
        return Files.readAllLines(Path.of("src/test/java/dev/sandjar/compat/orbiter/Example.java")).stream()
                .dropWhile(line -> !line.endsWith("// region readme"))
                .skip(1)
                .takeWhile(line -> !line.endsWith("// endregion"))
                .map(line -> line.substring(Math.min(line.length(), 8)))
                .collect(Collectors.joining("\n"));
    }

    private static String printed() throws Exception {
        var written = new ByteArrayOutputStream();
        PrintStream console = System.out;
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            Example.run(LocalSandbox.builder().withPlaceOptions(Servers.HERE));
        } finally {
            System.setOut(console);
        }
        return written.toString(StandardCharsets.UTF_8);
    }
}
