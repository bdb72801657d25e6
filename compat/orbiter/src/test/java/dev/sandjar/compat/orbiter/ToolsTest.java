package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the built-in tools do, and those of a caller's own; in one sandbox with two workspace directories. */
class ToolsTest {
    private static LocalSandbox sandbox;

    @BeforeAll
    static void start() throws Exception {
        sandbox = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withWorkspace(List.of("src", "/tmp/data"))
                .withTimeout(Duration.ofSeconds(20))
                .start();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    private static Map<String, Object> files(Object... words) throws InterruptedException {
        return sandbox.runTool("filesystem", map(words));
    }

    private static Map<String, Object> terminal(String command) throws InterruptedException {
        return sandbox.runTool("terminal", Map.of("command", command));
    }

    private static Map<String, Object> map(Object... words) {
        var map = new java.util.LinkedHashMap<String, Object>();
        for (int i = 0; i < words.length; i += 2) {
            map.put((String) words[i], words[i + 1]);
        }
        return map;
    }

    private static void fails(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ToolException.class).hasMessage(message);
    }

    // ---- terminal

    @Test
    void aCommandRunsInsideInTheFirstWorkspaceDirectory() throws Exception {
        assertThat(terminal("pwd; echo wrong >&2; exit 3"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "tool", "terminal",
                        "arguments", Map.of("command", "pwd; echo wrong >&2; exit 3"),
                        "status", "ok",
                        "exit_code", 3,
                        "stdout", "/workspace/src\n",
                        "stderr", "wrong\n",
                        "platform", "linux"));
    }

    @ParameterizedTest
    @CsvSource({"rm -rf x, rm", "/bin/rm x, rm", "SHUTDOWN now, SHUTDOWN", "kill 1, kill"})
    void someProgramsAreBlocked(String command, String program) {
        fails("Command '" + program + "' is blocked by sandbox policy", () -> terminal(command));
    }

    /** It is the sandbox that keeps this machine from harm, whatever words are used. */
    @Test
    void whatPassesTheListHarmsNothingButTheSandbox() throws Exception {
        assertThat(terminal("true; rm -rf --no-preserve-root /usr/bin 2>/dev/null; kill -9 -1; ls /usr/bin/env"))
                .containsEntry("stdout", "/usr/bin/env\n");
    }

    @Test
    void anEmptyCommandIsRefused() {
        fails("Empty command", () -> terminal("   "));
    }

    @Test
    void anUnknownArgumentIsRefused() {
        fails(
                "'shell' is no argument of terminal, which takes command",
                () -> sandbox.runTool("terminal", map("command", "true", "shell", "zsh")));
    }

    @Test
    void aCommandThatTakesTooLongIsKilledWithAllThatItStarted() throws Exception {
        try (var quick = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withTools(new TerminalTool(Set.of(), Duration.ofSeconds(1)))
                .start()) {
            fails(
                    "Command timed out after 1.0s",
                    () -> quick.runTool("terminal", Map.of("command", "setsid sleep 987 & sleep 986")));
            assertThat(quick.runTool("terminal", Map.of("command", "pgrep -f 'sleep 98[67]' | wc -l")))
                    .containsEntry("stdout", "0\n");
        }
    }

    @Test
    void theSandboxesOwnTimeoutCountsWhereItIsShorter() throws Exception {
        try (var quick = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withTimeout(Duration.ofSeconds(2))
                .start()) {
            fails("Command timed out after 2.0s", () -> quick.runTool("terminal", Map.of("command", "sleep 1000")));
            assertThat(quick.runTool("terminal", Map.of("command", "echo usable")))
                    .containsEntry("stdout", "usable\n");
        }
    }

    @Test
    void muchOutputIsCut() throws Exception {
        String stdout =
                (String) terminal("head -c 100000 /dev/zero | tr '\\0' x").get("stdout");
        assertThat(stdout)
                .startsWith("x".repeat(TerminalTool.LARGEST_OUTPUT) + "\n[90000 more characters are left out;");
    }

    // ---- filesystem

    @Test
    void whatIsWrittenCanBeRead() throws Exception {
        assertThat(files("action", "write", "path", "deep/er/greeting.txt", "content", "grüß dich 🙂"))
                .containsEntry("message", "Wrote 11 chars to deep/er/greeting.txt")
                .containsEntry("path", "/workspace/src/deep/er/greeting.txt")
                .containsEntry("bytes_written", 16L);
        assertThat(files("action", "read", "path", "/workspace/src/deep/er/greeting.txt"))
                .containsEntry("content", "grüß dich 🙂")
                .containsEntry("status", "ok");
        assertThat(terminal("cat deep/er/greeting.txt")).containsEntry("stdout", "grüß dich 🙂");
    }

    @Test
    void aFolderIsListedByName() throws Exception {
        terminal("mkdir -p list/b && touch list/c list/a");
        assertThat(files("action", "list", "path", "list"))
                .containsEntry("directory", "/workspace/src/list")
                .containsEntry(
                        "entries",
                        List.of(
                                Map.of("name", "a", "type", "file"),
                                Map.of("name", "b", "type", "dir"),
                                Map.of("name", "c", "type", "file")));
    }

    @Test
    void filesAreFoundByNameAndByContent() throws Exception {
        terminal("mkdir -p find/in && echo needle > find/in/a.py && echo hay > find/b.py && echo needle > find/c.txt");
        assertThat(files("action", "search", "path", "find", "pattern", "*.py"))
                .containsEntry("matches", List.of("/workspace/src/find/b.py", "/workspace/src/find/in/a.py"))
                .containsEntry("truncated", false);
        assertThat(files("action", "search", "path", "find", "pattern", "*.py", "content", "needle"))
                .containsEntry("matches", List.of("/workspace/src/find/in/a.py"));
    }

    @Test
    void theSecondWorkspaceDirectoryIsAllowedToo() throws Exception {
        files("action", "write", "path", "/tmp/data/x", "content", "1");
        assertThat(files("action", "read", "path", "/tmp/data/x")).containsEntry("content", "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../outside",
                "/workspace/src/../outside",
                "new/../../outside",
                "/tmp/database/x",
                "/workspace",
                "/",
                "link/passwd",
                "hidden/link",
                "dangling"
            })
    void nothingOutsideOfTheWorkspaceIsReadOrWritten(String path) throws Exception {
        terminal(
                "ln -sfn /etc link; mkdir -p hidden; ln -sfn /etc/passwd hidden/link; ln -sfn /tmp/not-there dangling");
        fails("Path '" + path + "' is outside allowed directories", () -> files("action", "read", "path", path));
        fails(
                "Path '" + path + "' is outside allowed directories",
                () -> files("action", "write", "path", path, "content", "x"));
    }

    @Test
    void aLinkThatStaysInsideIsFollowed() throws Exception {
        terminal("echo there > target; ln -sfn target stays");
        assertThat(files("action", "read", "path", "stays")).containsEntry("content", "there\n");
    }

    @Test
    void withoutWorkspaceDirectoriesFilesMayBeAnywhereInTheSandbox() throws Exception {
        try (var open = LocalSandbox.builder().withPlaceOptions(Servers.HERE).start()) {
            assertThat(open.runTool("filesystem", map("action", "read", "path", "/etc/passwd"))
                            .get("content"))
                    .asString()
                    .contains("sandbox:x:1000:1000:");
            open.runTool("filesystem", map("action", "write", "path", "here", "content", "x"));
            assertThat(open.runTool("terminal", Map.of("command", "cat /workspace/here")))
                    .containsEntry("stdout", "x");
        }
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        terminal(
                "touch a-file; head -c 3 /dev/urandom | tr '\\0-\\177' '\\377' > binary; printf '\\377\\376' > binary");
        fails("Unknown filesystem action: delete", () -> files("action", "delete", "path", "x"));
        fails("'content' is required for write action", () -> files("action", "write", "path", "x"));
        fails("File not found: none", () -> files("action", "read", "path", "none"));
        fails("Directory not found: none", () -> files("action", "list", "path", "none"));
        fails("Not a directory: a-file", () -> files("action", "list", "path", "a-file"));
        fails("Read failed: it is not UTF-8 text", () -> files("action", "read", "path", "binary"));
        fails("'path' is required for filesystem", () -> files("action", "read"));
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws Exception {
        terminal("head -c 10485761 /dev/zero > large");
        assertThatThrownBy(() -> files("action", "read", "path", "large"))
                .isInstanceOf(ToolException.class)
                .hasMessageStartingWith("Read failed: it has more than 10485760 bytes;");
    }

    @Test
    void aFileThatCannotBeWrittenIsAnError() throws Exception {
        terminal("mkdir -p a-folder");
        assertThatThrownBy(() -> files("action", "write", "path", "a-folder", "content", "x"))
                .isInstanceOf(ToolException.class)
                .hasMessageStartingWith("Write failed: ");
    }

    // ---- others

    @Test
    void aToolThatIsRegisteredIsCalledWithTheSandbox() throws Exception {
        sandbox.registerTool(new TestTool("count", (arguments, context) -> {
            context.sandbox().files().write(context.home() + "/counted", "1 2 3");
            return Map.of(
                    "words",
                    context.sandbox().run("wc", "-w", "src/counted").stdout().split(" ")[0]);
        }));
        assertThat(sandbox.tools()).extracting(ToolInfo::name).containsExactly("count", "filesystem", "terminal");
        assertThat(sandbox.runTool("count", Map.of("of", "words")))
                .containsEntry("words", "3")
                .containsEntry("arguments", Map.of("of", "words"));
        assertThatThrownBy(() -> sandbox.registerTool(new TestTool("count", (_, _) -> Map.of())))
                .hasMessage("Tool 'count' is registered already: unregister it first");
        assertThat(sandbox.unregisterTool("count")).isTrue();
        assertThat(sandbox.unregisterTool("count")).isFalse();
    }

    @Test
    void anUnknownToolIsAnError() {
        assertThatThrownBy(() -> sandbox.runTool("browser", Map.of()))
                .isInstanceOf(SandboxError.class)
                .isNotInstanceOf(ToolException.class)
                .hasMessage("Unknown tool 'browser', known: filesystem, terminal");
    }

    @Test
    void aToolThatFailsIsAnErrorAndTheSandboxIsUsable() throws Exception {
        try (var own = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withTools(
                        new TestTool("broken", (_, _) -> {
                            throw new IllegalStateException("broken");
                        }),
                        new TestTool("greedy", (_, _) -> Map.of("status", "mine")))
                .start()) {
            fails(
                    "Tool 'broken' failed: java.lang.IllegalStateException: broken",
                    () -> own.runTool("broken", Map.of()));
            fails("Tool 'greedy' returned 'status', which every result has", () -> own.runTool("greedy", Map.of()));
            assertThat(own.runTool("terminal", Map.of("command", "echo usable")))
                    .containsEntry("stdout", "usable\n");
        }
    }

    @Test
    void aToolThatNeverReturnsIsInterruptedAndWhatItStartedIsKilled() throws Exception {
        var interrupted = new CountDownLatch(1);
        try (var own = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withTimeout(Duration.ofSeconds(1))
                .withTools(new TestTool("endless", (_, context) -> {
                    try {
                        context.sandbox().run("sleep", "985");
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return Map.of();
                }))
                .start()) {
            assertThatThrownBy(() -> own.runTool("endless", Map.of()))
                    .isInstanceOf(SandboxError.class)
                    .hasMessage("Tool 'endless' timed out after 1.0s");
            interrupted.await();
            var untilGone =
                    "for i in $(seq 50); do pgrep -f '[s]leep 985' || break; sleep 0.01; done > /dev/null; pgrep -c -f '[s]leep 985'";
            assertThat(own.runTool("terminal", Map.of("command", untilGone))).containsEntry("stdout", "0\n");
        }
    }
}
