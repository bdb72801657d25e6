package dev.sandjar.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.util.Locale;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tools in a real sandbox; each test has files of its own. */
class ToolSetTest {
    private static Sandboxes place;
    private static Sandbox sandbox;
    private static ToolSet tools;

    @BeforeAll
    static void create() throws Exception {
        place = TestPlace.open();
        sandbox = place.create(SandboxSpec.builder().cwd("/tmp").build());
        tools = new ToolSet(sandbox);
    }

    @AfterAll
    static void delete() {
        sandbox.close();
        place.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what                                 | command                                | result
            output follows the exit code           | echo hello                             | exit code: 0~hello~
            silence is told                        | true                                   | exit code: 0~(no output)
            a failure is told with what it wrote   | echo broken >&2; exit 3                | exit code: 3~broken~
            streams are in their order             | echo 1; echo 2 >&2; echo 3             | exit code: 0~1~2~3~
            a missing program is named             | no-such-program                        | exit code: 127~bash: line 1: no-such-program: command not found~
            a signal is told                       | kill -9 $$                             | killed by signal KILL~(no output)
            bash is there                          | [[ -n $BASH_VERSION ]] && echo bash    | exit code: 0~bash~
            it starts where files are, always      | pwd                                    | exit code: 0~/workspace~
            input has ended                        | cat; read line; echo $?                | exit code: 0~1~
            what is printed cannot be the first line | printf 'exit code: 0~' ; exit 1      | exit code: 1~exit code: 0~
            """)
    void runsCommands(String what, String command, String result) {
        assertThat(tools.runCommand(command.replace('~', '\n'), null)).isEqualTo(result.replace('~', '\n'));
    }

    @Test
    void ofMuchOutputTheEndsAreShown() {
        String result = tools.runCommand("echo begin; yes | head -c 100000000; echo end", null);
        assertThat(result)
                .startsWith("exit code: 0\nbegin\ny\ny\n")
                .contains("\ny\n\n[... 99,983,626 bytes omitted ...]\ny\ny\n")
                .endsWith("\ny\nend\n");
    }

    @Test
    void aCommandThatTakesTooLongIsKilledAndItsOutputKept() {
        assertThat(tools.runCommand("echo working; sleep 600", 1))
                .isEqualTo("timed out after 1 s: killed with everything it started\nworking\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3601})
    void aTimeLimitOutOfRangeIsExplained(int seconds) {
        assertThat(tools.runCommand("true", seconds))
                .isEqualTo(
                        "error: timeoutSeconds is " + seconds + ", allowed: 1 to 3600; send a value that is allowed");
    }

    @Test
    void whatIsLeftInTheBackgroundGoesOn() {
        assertThat(tools.runCommand("sleep 600 & echo $! > background.pid", null))
                .startsWith("exit code: 0\n");
        assertThat(tools.runCommand("kill $(cat background.pid) && echo it ran", null))
                .isEqualTo("exit code: 0\nit ran\n");
    }

    @Test
    void aCommandLongerThanOneArgumentRuns() {
        String script = "# " + "é".repeat(100_000) + "\necho done in $PWD";
        assertThat(tools.runCommand(script, null)).isEqualTo("exit code: 0\ndone in /workspace\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what              | language   | code                                         | result
            Python              | python     | print(40 + 2)                                | exit code: 0~42~
            Bash                | bash       | echo $((40 + 2)) ${BASH_VERSION:+bash}       | exit code: 0~42 bash~
            any letter case     | Python     | print(1)                                     | exit code: 0~1~
            what shells read    | python     | print('''$HOME `id` "quoted" \\\\ ' !''')    | exit code: 0~$HOME `id` "quoted" \\ ' !~
            what is not ASCII   | python     | print("naïve 😀")                            | exit code: 0~naïve 😀~
            no input            | bash       | cat; echo end                                | exit code: 0~end~
            the same folder     | python     | import os; print(os.getcwd())                | exit code: 0~/workspace~
            an exit code        | bash       | exit 7                                       | exit code: 7~(no output)
            nothing             | bash       | ''                                           | exit code: 0~(no output)
            another language    | cobol      | STOP RUN                                     | error: language is cobol, allowed: python, javascript, bash; send a value that is allowed
            """)
    void runsCode(String what, String language, String code, String result) {
        assertThat(tools.runCode(language, code == null ? "" : code, null)).isEqualTo(result.replace('~', '\n'));
    }

    @Test
    void aStackTraceStandsBehindWhatWasPrintedBefore() {
        assertThat(tools.runCode("python", "print('before')\nraise ValueError('wrong')", null))
                .startsWith("exit code: 1\nbefore\nTraceback")
                .contains("line 2", "raise ValueError('wrong')")
                .endsWith("ValueError: wrong\n");
    }

    @Test
    void javascriptRunsWhereTheImageHasIt() {
        tools.writeFile("answer.js", "module.exports = 42\n");
        String result = tools.runCode("javascript", "console.log(require('./answer')); process.exit(7)", null);
        if (tools.runCommand("command -v node", null).startsWith("exit code: 0\n")) {
            assertThat(result).isEqualTo("exit code: 7\n42\n");
        } else {
            assertThat(result).startsWith("exit code: 127\n").contains("node");
        }
    }

    @Test
    void codeUsesModulesOfTheWorkspace() {
        tools.writeFile("answer.py", "ANSWER = 42\n");
        assertThat(tools.runCode("python", "import answer; print(answer.ANSWER)", null))
                .isEqualTo("exit code: 0\n42\n");
    }

    @Test
    void codeOfAnySizeRunsAndLeavesNoFile() {
        String code = "text = '" + "x".repeat(1_000_000) + "'\nprint(len(text))";
        assertThat(tools.runCode("python", code, null)).isEqualTo("exit code: 0\n1000000\n");
        assertThat(tools.runCommand("ls -A /tmp | grep sandjar-code", null)).startsWith("exit code: 1\n");
    }

    @Test
    void aProgramGetsTheOutputAlone() {
        assertThat(tools.execute(Language.PYTHON, "print(42)")).isEqualTo("42\n");
        assertThat(tools.execute(Language.PYTHON, "exit(3)")).isEqualTo("exit code: 3\n(no output)");
    }

    @Test
    void whatIsWrittenIsRead() {
        String content = "{\"name\": \"naïve 😀\"}\n\ttab\r\nlast";
        assertThat(tools.writeFile("deep/er/a.json", content)).isEqualTo("wrote 34 bytes to deep/er/a.json");
        assertThat(tools.readFile("deep/er/a.json", null, null))
                .isEqualTo("lines 1 to 3 of deep/er/a.json, its end\n" + content);
    }

    @Test
    void aLongFileIsReadInPages() {
        tools.runCommand("seq 100000 > long", null);
        assertThat(tools.readFile("long", null, null))
                .startsWith("lines 1 to 3498 of long; read on from line 3499\n1\n2\n")
                .endsWith("\n3498\n");
        assertThat(tools.readFile("long", 99_999, null))
                .isEqualTo("lines 99999 to 100000 of long, its end\n99999\n100000\n");
        assertThat(tools.readFile("long", 7, 2)).isEqualTo("lines 7 to 8 of long; read on from line 9\n7\n8\n");
    }

    @Test
    void aBinaryFileIsToldAndNotShown() {
        tools.runCommand("printf 'ELF\\0\\1' > binary", null);
        assertThat(tools.readFile("binary", null, null)).startsWith("binary, and not shown: binary, 5 bytes; ");
    }

    @Test
    void aFileThatIsMostlyHoleIsNotReadToItsEnd() {
        tools.runCommand("truncate -s 1T hole", null);
        assertThat(tools.readFile("hole", 2, null)).startsWith("binary, and not shown: hole, 1099511627776 bytes; ");
    }

    @Test
    void oneTextIsReplacedAndAllElseKept() {
        tools.runCommand("printf 'caf\\351\\r\\nold\\nend' > latin1; chmod 755 latin1", null);
        assertThat(tools.editFile("latin1", "old\n", "neü\n")).isEqualTo("edited latin1, line 2");
        assertThat(tools.runCommand("od -An -tx1 latin1; stat -c %a latin1", null))
                .isEqualTo("exit code: 0\n 63 61 66 e9 0d 0a 6e 65 c3 bc 0a 65 6e 64\n755\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what                     | old text | answer
            not there                  | cow      | error: the old text is not in animals, nothing was changed; read the file, and copy the text exactly as it stands there
            nothing                    | ''       | error: the old text is not in animals, nothing was changed; read the file, and copy the text exactly as it stands there
            there twice                | cat      | error: the old text is in animals more than once, nothing was changed; take in lines before and after it
            overlapping itself         | oo       | error: the old text is in animals more than once, nothing was changed; take in lines before and after it
            """)
    void anEditThatIsNotClearChangesNothing(String what, String oldText, String answer) {
        tools.writeFile("animals", "cat dog cat\nooo\n");
        assertThat(tools.editFile("animals", oldText, "x")).isEqualTo(answer);
        assertThat(sandbox.files().readText("animals")).isEqualTo("cat dog cat\nooo\n");
    }

    @Test
    void aFileTooLargeToEditIsLeftToCommands() {
        tools.runCommand("truncate -s 1T large", null);
        assertThat(tools.editFile("large", "a", "b"))
                .startsWith("error: file large is larger than 4194304 bytes; change it by sandbox_run_command");
    }

    @Test
    void editsOfOneFileAtOnceAreAllKept() {
        String letters = "abcdefghijklmnopqrstuvwxyz";
        tools.writeFile("letters", letters);
        try (var agents = Executors.newVirtualThreadPerTaskExecutor()) {
            letters.chars()
                    .mapToObj(Character::toString)
                    .forEach(letter ->
                            agents.submit(() -> tools.editFile("letters", letter, letter.toUpperCase(Locale.ROOT))));
        } // waits for all
        assertThat(sandbox.files().readText("letters")).isEqualTo(letters.toUpperCase(Locale.ROOT));
    }

    @Test
    void aFolderIsListed() {
        tools.runCommand(
                "mkdir -p list/sub; cd list; echo hello > file; ln -s file link; mkfifo pipe; touch $'two\\nlines'",
                null);
        assertThat(tools.listFiles("list")).isEqualTo("""
                entries of folder list: 5
                file (6 bytes)
                link (symbolic link)
                pipe (neither file nor folder)
                sub/
                two\\x0alines (0 bytes)
                """);
    }

    @Test
    void ofALargeFolderTheFirstEntriesAreListed() {
        tools.runCommand("mkdir many; cd many; seq -f %0200g 1000 | xargs touch", null);
        String listed = tools.listFiles("many");
        assertThat(listed)
                .startsWith(
                        "entries of folder many: the first 77; for more use sandbox_run_command, such as ls or find\n");
        assertThat(listed.length()).isLessThan(17_000);
    }

    @Test
    void theWorkspaceIsListedWhereNoFolderIsNamed() {
        tools.writeFile("in-the-workspace", "");
        assertThat(tools.listFiles(null)).contains("entries of folder .: ", "in-the-workspace (0 bytes)\n");
        assertThat(tools.listFiles("")).isEqualTo(tools.listFiles(null));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            nothing           | error: file nothing: no such file or folder
            ../etc/passwd     | error: file ../etc/passwd:
            /etc/shadow       | error: file /etc/shadow:
            .                 | error: file .:
            /dev/zero         | error: file /dev/zero:
            in-pipe           | error: file in-pipe:
            """)
    void aFileThatCannotBeReadIsExplained(String path, String begin) {
        tools.runCommand("mkfifo -m 600 in-pipe", null);
        assertThat(tools.readFile(path, null, null)).startsWith(begin);
    }

    @Test
    void anArgumentThatIsMissingIsNamed() {
        assertThat(tools.runCommand(null, null)).startsWith("error: command is missing");
        assertThat(tools.runCode(null, "1", null)).startsWith("error: language is missing");
        assertThat(tools.writeFile("a", null)).startsWith("error: content is missing");
        assertThat(tools.editFile("a", "b", null)).startsWith("error: newText is missing");
    }
}
