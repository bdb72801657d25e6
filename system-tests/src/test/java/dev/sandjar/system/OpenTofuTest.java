package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What deploy/opentofu describes, as far as it can be looked at without a cloud: by the parser and formatter of the language itself. */
@Timeout(180)
class OpenTofuTest {
    private static final Path FOLDER = Path.of("../deploy/opentofu");

    @TempDir
    static Path built;

    /** From Debian's source package; OpenTofu is built on the same library. */
    @BeforeAll
    static void buildFormatter() throws Exception {
        var build = new ProcessBuilder(
                "/usr/lib/go-1.19/bin/go",
                "build",
                "-o",
                built.resolve("hclfmt").toString(),
                "github.com/hashicorp/hcl/v2/cmd/hclfmt");
        build.environment().put("GO111MODULE", "off");
        build.environment().put("GOPATH", "/usr/share/gocode");
        build.environment().put("GOCACHE", built.resolve("cache").toString());
        build.environment().put("GOFLAGS", "");
        build.environment().put("CGO_ENABLED", "0");
        assertThat(output(build)).isEmpty();
    }

    @Test
    void everyFileIsWellFormed() throws Exception {
        for (Path file : files()) {
            Process check = new ProcessBuilder(built.resolve("hclfmt").toString(), "-check", file.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(new String(check.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as(file.toString())
                    .isEmpty();
            assertThat(check.waitFor()).as(file.toString()).isZero();
        }
    }

    @Test
    void everyFileIsFormatted() throws Exception {
        for (Path file : files()) {
            var format = new ProcessBuilder(built.resolve("hclfmt").toString(), file.toString());
            assertThat(output(format)).isEqualTo(Files.readString(file));
        }
    }

    @Test
    void everyVariableIsDeclaredAndUsed() throws Exception {
        assertThat(found("\\bvar\\.(\\w+)")).isEqualTo(found("(?m)^variable \"(\\w+)\""));
    }

    @Test
    void everyResourceThatIsNamedIsThere() throws Exception {
        Set<String> declared = found("(?m)^resource \"(\\w+\" \"\\w+)\"");
        assertThat(found("\\b((?:azurerm|kubernetes|random)_\\w+\\.\\w+)"))
                .map(name -> name.replace(".", "\" \""))
                .isNotEmpty()
                .allMatch(declared::contains);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(FOLDER)) {
            List<Path> files =
                    all.filter(file -> file.toString().endsWith(".tf")).sorted().toList();
            assertThat(files).isNotEmpty();
            return files;
        }
    }

    private static Set<String> found(String pattern) throws IOException {
        var found = new TreeSet<String>();
        for (Path file : files()) {
            Pattern.compile(pattern)
                    .matcher(Files.readString(file))
                    .results()
                    .forEach(match -> found.add(match.group(1)));
        }
        return found;
    }

    private static String output(ProcessBuilder what) throws Exception {
        Process process = what.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
