package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process, as people and scripts call it. */
@Timeout(120)
class CommandLineTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void runPrintsWhatTheCommandPrints() throws Exception {
        Ran ran = sandjar("", "run", "--", "python3", "-c", "print(40 + 2)");
        assertThat(ran).isEqualTo(new Ran(0, "42\n", ""));
    }

    @Test
    void inputOutputAndExitCodePassThrough() throws Exception {
        Ran ran = sandjar("some input", "run", "--", "sh", "-c", "cat; echo err >&2; exit 43");
        assertThat(ran).isEqualTo(new Ran(43, "some input", "err\n"));
    }

    @Test
    void aMissingProgramIs127() throws Exception {
        assertThat(sandjar("", "run", "--", "no-such-program"))
                .isEqualTo(new Ran(127, "", "sandjar: no-such-program: not found\n"));
    }

    @Test
    void aTimeoutIs124() throws Exception {
        assertThat(sandjar("", "run", "--timeout", "1s", "--", "sleep", "100"))
                .isEqualTo(new Ran(124, "", "sandjar: the command timed out after 1 s\n"));
    }

    @Test
    void aWholeLifeByTheCommandLine() throws Exception {
        String id = sandjar("", "create", "--metadata", "{\"task\": 7}").out().strip();
        String prefix = id.substring(0, 8);
        assertThat(sandjar("", "ls").out()).contains(id, "running");
        JsonNode info = JSON.readTree(sandjar("", "info", prefix, "--json").out());
        assertThat(info.path("metadata").path("task").asInt()).isEqualTo(7);
        assertThat(sandjar("x", "exec", prefix, "--", "sh", "-c", "cat > a; wc -c < a")
                        .out())
                .isEqualTo("1\n");
        Path file = Files.writeString(folder.resolve("up.txt"), "content");
        assertThat(sandjar("", "cp", file.toString(), prefix + ":deep/up.txt").code())
                .isZero();
        assertThat(sandjar("", "cp", prefix + ":deep", folder.resolve("down").toString())
                        .code())
                .isZero();
        assertThat(folder.resolve("down/up.txt")).hasContent("content");
        assertThat(sandjar("", "pause", prefix).code()).isZero();
        assertThat(sandjar("", "exec", prefix, "--", "true").err())
                .contains("is paused, needed: running", "run: sandjar resume " + prefix);
        assertThat(sandjar("", "pause", prefix)).isEqualTo(new Ran(0, "", "")); // it is as wanted
        assertThat(sandjar("", "stop", prefix).err()).contains("not supported by this place");
        assertThat(sandjar("", "resume", prefix).code()).isZero();
        assertThat(sandjar("", "resume", prefix)).isEqualTo(new Ran(0, "", ""));
        assertThat(JSON.readTree(sandjar("", "stats", prefix, "--json").out())
                        .path("processes")
                        .asInt())
                .isPositive();
        assertThat(sandjar("", "extend", prefix, "8h").code()).isZero();
        String command = sandjar("", "exec", "-d", prefix, "--", "sh", "-c", "echo one; sleep 0.3; echo two; exit 5")
                .out()
                .strip();
        assertThat(sandjar("", "logs", "-f", prefix, command)).isEqualTo(new Ran(5, "one\ntwo\n", ""));
        assertThat(sandjar("", "logs", prefix).out()).contains(command, "exited 5");
        String endless =
                sandjar("", "exec", "-d", prefix, "--", "sleep", "1000").out().strip();
        assertThat(sandjar("", "ps", prefix).out()).contains("sleep 1000", endless.substring(0, 8));
        JsonNode process =
                JSON.readTree(sandjar("", "ps", prefix, "--json").out()).path(0);
        assertThat(process.path("command").asText()).isEqualTo(endless);
        assertThat(sandjar("", "kill", prefix, "--pid", "999999").err())
                .startsWith("sandjar: no process 999999 in the sandbox\n");
        assertThat(sandjar("", "kill", prefix, "--pid", process.path("pid").asText())
                        .code())
                .isZero();
        assertThat(sandjar("", "logs", "-f", prefix, endless).code()).isEqualTo(128 + 9);
        assertThat(sandjar("", "rm", prefix).code()).isZero();
        Ran gone = sandjar("", "info", id);
        assertThat(gone.code()).isEqualTo(125);
        assertThat(gone.err()).startsWith("sandjar: no sandbox " + id + "\n");
    }

    @Test
    void anIdleSandboxIsGoneThoughNobodyStaysToRemoveIt() throws Exception {
        String id = sandjar("", "create", "--idle", "1s").out().strip();
        Waiting.until("it is not listed", () -> !sandjar("", "ls").out().contains(id));
    }

    @Test
    void aCopyGoesOnWithoutWhatCannotBeCopied() throws Exception {
        String id = sandjar("", "create").out().strip();
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Files.createSymbolicLink(tree.resolve("dangling"), Path.of("nowhere"));
        Files.createSymbolicLink(tree.resolve("round"), Path.of("."));
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        Files.writeString(tree.resolve("plain"), "content");
        Ran ran = sandjar("", "cp", tree.toString(), id + ":");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains("left out: ", "dangling is a link", "round is a link", "pipe is neither")
                .endsWith("sandjar: the copy is partial: 3 left out\n");
        assertThat(sandjar("", "exec", id, "--", "ls", "tree").out()).isEqualTo("plain\n");
        assertThat(sandjar("", "rm", id).code()).isZero();
    }

    @Test
    void aCopyOutGoesOnWithoutAFolderThatMayNotBeRead() throws Exception {
        String id = sandjar("", "create").out().strip();
        sandjar(
                "",
                "exec",
                id,
                "--",
                "sh",
                "-c",
                "mkdir -p t/a t/z; echo x > t/b; echo y > t/z/c; chmod 0 t/a; echo > t/d; chmod 0 t/d");
        Ran ran = sandjar("", "cp", id + ":t", folder.toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains("t/a may not be read by the sandbox's user", "t/d may not be read")
                .endsWith("sandjar: the copy is partial: 2 left out\n");
        assertThat(folder.resolve("t/b")).hasContent("x");
        assertThat(folder.resolve("t/z/c")).hasContent("y");
        assertThat(sandjar("", "rm", id).code()).isZero();
    }

    @Test
    void aSandboxWhoseIdCannotBePrintedIsRemovedAgain() throws Exception {
        Process create =
                builder("create").redirectOutput(Path.of("/dev/full").toFile()).start();
        assertThat(create.waitFor()).isEqualTo(125);
        assertThat(sandjar("", "ls", "-q").out()).isEmpty();
    }

    @Test
    void aCopyThatFailsNamesTheFileThatWasMeant() throws Exception {
        String id = sandjar("x", "create").out().strip();
        sandjar("x", "cp", "-", id + ":t/a");
        Path taken = Files.createDirectories(folder.resolve("t/a/full")).getParent();
        Ran ran = sandjar("", "cp", id + ":t", folder.toString());
        assertThat(ran.err()).isEqualTo("sandjar: " + taken + ": Is a directory\n");
        assertThat(sandjar("", "rm", id).code()).isZero();
    }

    @Test
    void outputThatCannotBeWrittenIsNoSuccess() throws Exception {
        Process full =
                builder("version").redirectOutput(Path.of("/dev/full").toFile()).start();
        assertThat(new String(full.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("sandjar: the output cannot be written: No space left on device\n");
        assertThat(full.waitFor()).isEqualTo(125);
    }

    @Test
    void mistakesAreAnsweredWithTheNextThingToType() throws Exception {
        Ran ran = sandjar("", "rnu");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("run", "sandjar --help");
        assertThat(sandjar("", "create", "--ttl", "59s").err()).contains("--ttl is 59s, allowed: 60s to 8h");
    }

    @Test
    void theRuntimeMayBeNamedByTheEnvironment() throws Exception {
        var ls = builder("ls");
        ls.environment().put("SANDJAR_RUNTIME", "docker");
        Process refused = ls.start();
        assertThat(refused.errorReader().readLine())
                .isEqualTo("sandjar: SANDJAR_RUNTIME is \"docker\", allowed: local, kubernetes");
        assertThat(refused.waitFor()).isEqualTo(2);
    }

    @Test
    void everyVerbExplainsItself() throws Exception {
        Ran overview = sandjar("");
        for (String verb : List.of(
                "run", "create", "ls", "info", "exec", "cp", "logs", "ps", "stats", "pause", "resume", "extend", "rm",
                "images", "doctor", "version")) {
            assertThat(overview.out()).contains(verb);
            assertThat(sandjar("", verb, "--help").out()).contains("Usage: sandjar " + verb);
        }
    }

    @Test
    void doctorSaysWhatThisMachineEnforces() throws Exception {
        Ran ran = sandjar("", "doctor");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("good    system calls are filtered");
    }

    @Test
    void aKilledRunIsCleanedUpByTheNextLook() throws Exception {
        Process run = start("run", "--ttl", "60s", "--", "sh", "-c", "echo started; sleep 1000");
        assertThat(run.inputReader().readLine()).isEqualTo("started");
        run.destroy(); // as by Ctrl-C or a closed terminal: its shutdown removes the sandbox
        assertThat(run.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sandjar("", "ls", "--json").out().strip()).isEqualTo("[ ]");
    }

    // ----

    private record Ran(int code, String out, String err) {}

    private static Process start(String... args) throws IOException {
        return builder(args).start();
    }

    private static ProcessBuilder builder(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sandjar.cli.Sandjar"));
        command.addAll(Arrays.asList(args));
        var builder = new ProcessBuilder(command);
        builder.environment().put("SANDJAR_HOME", "/var/lib/sandjar-test/cli");
        builder.environment().keySet().removeAll(List.of("SANDBOX_API_URL", "SANDBOX_API_TOKEN", "SANDJAR_RUNTIME"));
        return builder;
    }

    private static Ran sandjar(String input, String... args) throws Exception {
        Process process = start(args);
        var err = new ByteArrayOutputStream();
        Thread reader = Thread.ofVirtual().start(() -> {
            try (InputStream from = process.getErrorStream()) {
                from.transferTo(err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException nobodyReads) {
            // some commands do not
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        reader.join();
        return new Ran(process.waitFor(), out, err.toString(StandardCharsets.UTF_8));
    }
}
