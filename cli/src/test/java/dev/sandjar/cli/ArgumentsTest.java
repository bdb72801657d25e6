package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.Signal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is typed, up to where a sandbox would be needed. */
class ArgumentsTest {
    private record Said(int code, String out, String err) {}

    private static Said say(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] args = Sandjar.words(words);
        CommandLine line = Sandjar.commandLine(args);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int code = line.execute(args);
        return new Said(code, out.toString(), err.toString());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            rnu                               | there is no verb "rnu". Did you mean run
            frobnicate                        | there is no verb "frobnicate"
            frobnicate --help                 | there is no verb "frobnicate"
            help rnu                          | there is no verb "rnu". Did you mean run
            run                               | COMMAND
            run --memory 1X true              | size is "1X", allowed: a number and K, M, G or T
            run --ttl 1d true                 | time is "1d", allowed: a number and s, m or h
            run -it true                      | -t wants standard input to be a terminal
            exec 3fa8                         | COMMAND
            exec 3fa8 --timeout 5s true       | "--timeout" stands where the command begins
            rm                                | name sandboxes, or say --all
            rm --all 3fa8                     | name sandboxes, or say --all
            cp a b                            | one of FROM and TO must be SANDBOX:path
            cp 3fa8:a 77d0:b                  | one of FROM and TO must be SANDBOX:path
            cp zzz:docs .                     | "zzz" is no beginning of a sandbox's id
            cp docs zzz:                      | "zzz" is no beginning of a sandbox's id
            rm 3fa                            | "3fa" is no beginning of a sandbox's id: those have 4 or more characters
            info 3fa                          | "3fa" is no beginning of a sandbox's id: those have 4 or more characters
            info zzzz                         | "zzzz" is no beginning of a sandbox's id
            kill 3fa8                         | name a COMMAND, or a process by --pid
            kill 3fa8 --pid x                 | "x" is not allowed, only a whole number
            ps                                | SANDBOX
            kill -s NONE 3fa8 9c1e            | signal is "NONE", allowed: a name such as TERM, or 1 to 64
            images                            | images needs one more word: ls, pull or rm
            ls --json --quiet                 | say --json or --quiet, not both
            ls --server http://a --place b:   | --server and --place name two places
            ls --place b: --runtime local     | --place and --runtime name two places
            run --metadata x true             | such as
            run --ttl 59s true                | --ttl is 59s, allowed: 60s to 8h
            create --ttl 9h                   | --ttl is 9h, allowed: 60s to 8h
            create --idle 0                   | --idle is 0s, allowed: 1s to 8h
            create --memory 0                 | --memory is 0, allowed: 16M to 16T
            create --disk 1000                | --disk is 1000, allowed: 16M to 16T
            create --pids 3                   | --pids is 3, allowed: 8 to 1000000
            run --timeout 9h true             | --timeout is 9h, allowed: 1s to 8h
            create --cpu abc                  | "abc" is not allowed, only a number
            create --memroy 1G                | there is no option "--memroy". Did you mean --memory?
            run --memroy=1G true              | there is no option "--memroy". Did you mean --memory?
            ls --frobnicate                   | there is no option "--frobnicate"
            create --ssh-key pom.xml          | --ssh-key is pom.xml, which is no public key, allowed: a file with one
            url 3fa8 abc                      | port is "abc", allowed: 1 to 65535
            url 3fa8 0                        | port is "0", allowed: 1 to 65535
            url 3fa8 65536                    | port is "65536", allowed: 1 to 65535
            create --pids x                   | "x" is not allowed, only a whole number
            create --runtime docker           | --runtime is "docker", allowed: local, kubernetes
            ls --place nowhere:               | --place is "nowhere:", allowed: local:, kubernetes:, http://HOST
            ls --server localhost:8080        | --server is "localhost:8080", allowed: http://HOST:PORT
            exec -dt 3fa8 true                | -t and -d exclude each other
            logs -f 3fa8                      | --follow and --from need a COMMAND
            logs --from 0 3fa8                | --follow and --from need a COMMAND
            logs --json 3fa8 9c1e             | --json is for the list of commands
            run --env FOO true                | Value for option '--env' (NAME=VALUE) should be in KEY=VALUE format but was FOO
            run --network lan true            | --network is lan, allowed: none or outbound
            """)
    void aMistakeIsNamedAndEndsWith2(String typed, String told) {
        Said said = say(typed.split(" +"));
        assertThat(said.err()).startsWith("sandjar: ").contains(told);
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
    }

    @Test
    void aValueThatIsNotAllowedIsFollowedByWhereToLook() {
        assertThat(say("create", "--memory", "0").err()).endsWith("\n         run: sandjar create --help\n");
    }

    @Test
    void aServerThatIsNotThereIsFollowedByWhatNamedItAndHowToStartOne() throws Exception {
        int nobodys;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobodys = socket.getLocalPort();
        }
        String place = "http://127.0.0.1:" + nobodys;
        assertThat(say("ls", "--place", place))
                .isEqualTo(new Said(
                        125,
                        "",
                        "sandjar: server " + place + " cannot be reached: Connection refused\n"
                                + "         --place names it: correct that, or start one there: sandjar serve\n"));
    }

    @Test
    void nothingIsNoBeginningOfAnId() {
        Said said = say("info", "");
        assertThat(said.err()).startsWith("sandjar: \"\" is no beginning of a sandbox's id");
        assertThat(said.code()).isEqualTo(2);
    }

    static List<String> verbs() {
        return List.copyOf(Sandjar.commandLine().getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void everyVerbsHelpTeachesByExamples(String verb) {
        Said said = say(verb, "--help");
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("Usage: sandjar " + verb);
        assertThat(said.out()).contains("Examples:", "  sandjar ", "Exit codes:");
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void helpIsBrokenBetweenWords(String verb) {
        String help = say(verb, "--help").out();
        assertThat(help.lines())
                .allMatch(line -> line.length() <= 80 || !line.strip().contains(" "));
        assertThat(help.replaceAll("\\s+", " "))
                .contains(Stream.of(Sandjar.commandLine(verb).getSubcommands().get(verb))
                        .flatMap(line -> line.getCommandSpec().options().stream())
                        .filter(option -> !option.hidden())
                        .flatMap(option -> Stream.of(option.description()))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void everyVerbTellsItsVersion(String verb) {
        assertThat(say(verb, "--version").out()).startsWith("sandjar ");
    }

    @Test
    void helpOfAVerbIsWhatTheVerbSaysItself() {
        assertThat(say("help", "run")).isEqualTo(say("run", "--help"));
    }

    @Test
    void runLeavesNothingBehindUnlessItIsToldTo() {
        assertThat(say("run", "--help").out().replaceAll("\\s+", " "))
                .contains("unless --keep is given: then, with -t, Ctrl-P Ctrl-Q leaves the command running")
                .containsOnlyOnce("Ctrl-P Ctrl-Q");
    }

    @Test
    void aloneItGivesAnOverviewOfAllVerbs() {
        assertThat(say().out()).contains(verbs()).contains("Examples:", "Exit codes:");
    }

    @Test
    void withAVerbOnlyThatVerbIsLoaded() {
        assertThat(Sandjar.commandLine("ls").getSubcommands()).containsOnlyKeys("ls");
    }

    @Test
    void optionsOfACommandAreItsOwn() {
        var run = new RunCommand();
        new CommandLine(run).setStopAtPositional(true).parseArgs("python3", "-c", "x", "--keep", "--");
        assertThat(run).extracting("argv").isEqualTo(List.of("python3", "-c", "x", "--keep", "--"));
        assertThat(run).extracting("keep").isEqualTo(false);
    }

    @ParameterizedTest
    @CsvSource({"TERM, 15", "sigkill, 9", "Hup, 1", "34, 34", "RT34, 34", "64, 64"})
    void aSignalHasANameOrANumber(String text, int number) {
        assertThat(Signal.parse(text)).isEqualTo(new Signal(number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SIG", "0", "65", "-9", "RT", "RT9", "9.5"})
    void anythingElseIsNoSignal(String text) {
        assertThatThrownBy(() -> Signal.parse(text)).hasMessageContaining("allowed: a name such as TERM, or 1 to 64");
    }

    @Test
    void metadataIsAnObjectOrPairs() {
        assertThat(MetadataOption.parse(List.of("{\"a\": [1, null]}", "b=c=d", "a=2"))
                        .values())
                .containsEntry("b", "c=d")
                .containsEntry("a", "2");
    }

    @ParameterizedTest
    @CsvSource({"3fa8:a, 3fa8, a", "3fa8:, 3fa8, ''", "3FA8-1:/tmp/x:y, 3FA8-1, /tmp/x:y"})
    void aPathInASandboxHasItsIdInFront(String text, String sandbox, String path) {
        assertThat(CpCommand.Inside.parse(text)).contains(new CpCommand.Inside(sandbox, path));
    }

    @ParameterizedTest
    @CsvSource({"-", "file", "./3fa8:a", "/a:b", "name:x", ":x"})
    void anythingElseIsAPathHere(String text) {
        assertThat(CpCommand.Inside.parse(text)).isEmpty();
    }

    @Test
    void completionNamesTheVerbs() {
        assertThat(picocli.AutoComplete.bash("sandjar", Sandjar.commandLine()))
                .contains("run", "extend", "--memory", "--tty", "attach");
    }
}
