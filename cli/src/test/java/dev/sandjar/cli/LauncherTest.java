package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./sandjar} in a tree of its own, whose Java only says how it was started. */
@Timeout(60)
class LauncherTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private Path top;
    private Path script;

    private record Ran(int code, String out) {}

    @BeforeEach
    void aTreeThatIsBuilt() throws IOException {
        top = Files.createDirectories(folder.toRealPath().resolve("a tree"));
        script = top.resolve("sandjar");
        Files.copy(REPOSITORY.resolve("sandjar"), script);
        Files.copy(
                REPOSITORY.resolve("dev/lib.sh"),
                Files.createDirectories(top.resolve("dev")).resolve("lib.sh"));
        Files.createDirectories(top.resolve("cli/src/main"));
        Files.createDirectories(top.resolve("cli/src/test")); // before the build, or src has changed since
        Path java = program(top.resolve("java"), "echo \"LC_ALL=${LC_ALL:-}\"; for word; do echo \"$word\"; done; cat");
        Path app = Files.createDirectories(top.resolve("target/sandjar"));
        Files.writeString(app.resolve("start"), top + "\n" + java + "\nthe-class-path\n");
    }

    private static Path program(Path path, String body) throws IOException {
        Files.writeString(path, "#!/bin/bash\n" + body + "\n");
        assertThat(path.toFile().setExecutable(true)).isTrue();
        return path;
    }

    private Ran bash(String line) throws Exception {
        var builder = new ProcessBuilder("bash", "-c", line).directory(folder.toFile());
        builder.environment().put("SCRIPT", script.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), out);
    }

    @Test
    void whatIsBuiltIsStartedWithTheWordsAsTheyAre() throws Exception {
        Ran ran = bash("\"$SCRIPT\" run -- echo 'two  words' '*' ''");
        assertThat(ran.out())
                .contains("-cp\nthe-class-path\ndev.sandjar.cli.Sandjar\nrun\n--\necho\ntwo  words\n*\n\n");
        assertThat(ran.code()).isZero();
    }

    @Test
    void serveIsAProgramOfItsOwn() throws Exception {
        assertThat(bash("\"$SCRIPT\" serve --port 0").out())
                .contains("-jar\n" + top + "/target/sandjar/server/quarkus-run.jar\n--port\n0\n");
    }

    @Test
    void aLinkARelativePathAndThePathWork() throws Exception {
        Files.createSymbolicLink(folder.resolve("link"), script);
        for (String line : new String[] {
            "./link ls", "cd 'a tree' && ./sandjar ls", "cd 'a tree' && bash sandjar ls", "PATH=.:$PATH link ls"
        }) {
            assertThat(bash(line).out()).as(line).contains("dev.sandjar.cli.Sandjar\nls\n");
        }
    }

    @Test
    void closedStreamsAreNotMistakenForJavasOwnFiles() throws Exception {
        program(top.resolve("java"), "readlink /proc/self/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 >\"$OUT\"");
        assertThat(bash("OUT=$PWD/fds \"$SCRIPT\" ls <&- >&- 2>&-; cat fds").out())
                .isEqualTo("/dev/null\n/dev/null\n/dev/null\n");
        assertThat(bash("OUT=$PWD/fds \"$SCRIPT\" ls </dev/zero >/dev/full 2>&-; cat fds")
                        .out())
                .isEqualTo("/dev/zero\n/dev/full\n/dev/null\n");
    }

    @Test
    void argumentsThatAreNotAsciiSurviveAMachineWithoutALocale() throws Exception {
        assertThat(bash("\"$SCRIPT\" ls").out()).startsWith("LC_ALL=C.UTF-8\n");
        assertThat(bash("LANG=C \"$SCRIPT\" ls").out()).startsWith("LC_ALL=C.UTF-8\n");
        assertThat(bash("LANG=de_DE.UTF-8 \"$SCRIPT\" ls").out()).startsWith("LC_ALL=\n");
    }

    @Test
    void aChangedSourceIsBuiltAgainBeforeAnythingRuns() throws Exception {
        Path source = Files.writeString(top.resolve("cli/src/main/Changed.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        program(tools.resolve("mvn"), "echo no sources today; exit 1");
        for (String tool : new String[] {"make", "gcc", "musl-gcc", "strip", "runc", "python3"}) {
            program(tools.resolve(tool), "exit 0");
        }
        Ran ran = bash("PATH=$PWD/tools:$PATH JAVA_HOME='" + System.getProperty("java.home") + "' \"$SCRIPT\" ls");
        assertThat(ran.out()) // no terminal
                .startsWith("sandjar: building (once; ")
                .contains("no sources today", "sandjar: the build failed");
        assertThat(ran.code()).isEqualTo(125);
    }

    @Test
    void whoStopsTheFirstCallWhileTheServerBeginsLeavesNothingBehind() throws Exception {
        assertThat(stopped("[[ $* = *-jar* ]] || exit 0; echo $$ >\"$OUT\"; exec sleep 50"))
                .endsWith("ended with 143\nno child\nno lock\n");
    }

    @Test
    void whoStopsTheFirstCallWhileItTriesTheCommandLineLeavesNothingBehind() throws Exception {
        assertThat(stopped("echo $$ >\"$OUT\"; exec sleep 50")).endsWith("ended with 143\nno child\nno lock\n");
    }

    @Test
    void ofTwoFirstCallsOneBuildsAndTheOtherWaitsForIt() throws Exception {
        aTreeThatIsNotBuilt("[[ $* = *-jar* ]] || echo \"$@\"");
        assertThat(bash("""
                mkfifo held; mkdir tmp; export PATH=$PWD/tools:$PATH JAVA_HOME=$PWD/jdk TMPDIR=$PWD/tmp
                exec 5<>held 7>'a tree/target/building'; flock 7
                "$SCRIPT" one 7>&- 2>held & read -r line <&5; echo "$line"
                exec 7>&-; wait $!; echo "ended with $?"; "$SCRIPT" two""").out())
                .startsWith("sandjar: waiting for another call, which builds\n")
                .containsPattern("Sandjar one\nended with 0\n[^\n]*Sandjar two\n$");
    }

    /** What is said by a first call that is stopped as soon as a Java has begun that says so. */
    private String stopped(String java) throws Exception {
        aTreeThatIsNotBuilt(java);
        return bash("""
                mkfifo pid; mkdir tmp; export OUT=$PWD/pid PATH=$PWD/tools:$PATH JAVA_HOME=$PWD/jdk TMPDIR=$PWD/tmp
                "$SCRIPT" ls & read -r child <pid
                kill -TERM $!; wait $!; echo "ended with $?"
                timeout 20 tail --pid="$child" -f /dev/null && echo 'no child'
                ls tmp; flock -n 'a tree/target/building' echo 'no lock'""").out();
    }

    private void aTreeThatIsNotBuilt(String java) throws IOException {
        Files.delete(top.resolve("target/sandjar/start"));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        program(
                tools.resolve("mvn"),
                "mkdir -p cli/target/app server/target/quarkus-app; touch cli/target/app/cli.jar");
        for (String tool : new String[] {"make", "gcc", "musl-gcc", "strip", "runc", "python3"}) {
            program(tools.resolve(tool), "exit 0");
        }
        Path jdk = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
        program(jdk.resolve("bin/javac"), "exit 0");
        program(jdk.resolve("bin/java"), java);
    }

    @Test
    void aChangedTestIsNoReasonToBuild() throws Exception {
        Path test = Files.writeString(top.resolve("cli/src/test/ChangedTest.java"), "");
        Files.setLastModifiedTime(test, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(bash("\"$SCRIPT\" ls").out()).contains("dev.sandjar.cli.Sandjar");
    }
}
