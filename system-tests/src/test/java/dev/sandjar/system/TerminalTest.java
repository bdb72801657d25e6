package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.Window;
import dev.sandjar.testing.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code exec -it} and {@code attach} in a real terminal, over a server if nothing else is said. */
@Timeout(120)
class TerminalTest {
    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;
    private static Sandbox sandbox;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home);
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.delete();
        sandboxes.close();
        server.close();
    }

    /** Somebody at a terminal. */
    private static final class Seat implements AutoCloseable {
        private final Process python;
        private final PrintStream says;
        private final BufferedReader hears;

        Seat(String... words) throws IOException {
            var command =
                    new ArrayList<>(List.of("/usr/bin/python3", "src/test/resources/clients/terminal.py", "31", "97"));
            command.addAll(List.of(words));
            var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("SANDBOX_API_URL", server.address.toString());
            builder.environment().put("SANDBOX_API_TOKEN", RealServer.TOKEN);
            builder.environment().put("TERM", "xterm-256color");
            python = builder.start();
            says = new PrintStream(python.getOutputStream(), true, StandardCharsets.UTF_8);
            hears = python.inputReader();
        }

        void type(String keys) {
            says.println("type '" + keys + "'");
        }

        /** As a terminal that answers no program. */
        void answersNothing() {
            says.println("deaf");
        }

        void resize(int rows, int columns) {
            says.println("resize " + rows + " " + columns);
        }

        /** As when its window is closed. */
        void hangUp() {
            says.println("hangup");
        }

        /** The command line that runs here. */
        ProcessHandle program() {
            return python.descendants()
                    .filter(one -> one.info().command().orElse("").endsWith("/java"))
                    .findFirst()
                    .orElseThrow();
        }

        void sees(String text) throws IOException {
            says.println("await '" + text + "'");
            assertThat(hears.readLine()).isEqualTo("seen");
        }

        int exitCode() throws IOException {
            says.println("exit");
            return Integer.parseInt(hears.readLine().substring("exit ".length()));
        }

        @Override
        public void close() throws InterruptedException {
            says.close(); // which hangs up
            if (!python.waitFor(30, TimeUnit.SECONDS)) {
                python.destroyForcibly();
                throw new AssertionError("what runs in the terminal does not end with it");
            }
        }
    }

    @AfterEach
    void endWhatWasLeft() {
        for (CommandInfo info : sandbox.commands()) {
            if (info.ending().isEmpty()) {
                kill(info.id());
            }
        }
    }

    private static void kill(CommandId id) {
        try (var command = sandbox.attach(id, 0)) {
            command.kill();
            command.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A script with a terminal that nobody looks at. */
    private static RunningCommand unattended(String script) {
        return sandbox.start(CommandSpec.builder(List.of("sh", "-c", script))
                .terminal(Window.DEFAULT)
                .stdin(true)
                .build());
    }

    private static Seat sandjar(String... words) throws IOException {
        return new Seat(
                Stream.concat(Stream.of(CliProgram.in(home)), Stream.of(words)).toArray(String[]::new));
    }

    private static Seat attach(RunningCommand command) throws IOException {
        return sandjar("attach", sandbox.id().toString(), command.id().toString());
    }

    /** Without a terminal. */
    private static Process attachPlainly(RunningCommand command) throws IOException {
        var builder = new ProcessBuilder(
                CliProgram.in(home),
                "attach",
                sandbox.id().toString(),
                command.id().toString());
        builder.environment().put("SANDBOX_API_URL", server.address.toString());
        builder.environment().put("SANDBOX_API_TOKEN", RealServer.TOKEN);
        return builder.start();
    }

    private static int exitCode(Process one) throws InterruptedException {
        if (!one.waitFor(30, TimeUnit.SECONDS)) {
            one.destroyForcibly();
            throw new AssertionError("it has not ended");
        }
        return one.exitValue();
    }

    private static void write(Process to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        to.getOutputStream().flush();
    }

    @Test
    void aShellHasOurTerminalsSizeAndKindAndFollowsItsChanges() throws Exception {
        try (var seat =
                new Seat(CliProgram.in(home), "exec", "-it", sandbox.id().toString(), "sh")) {
            seat.type("stty size; echo kind $TERM\\r");
            seat.sees("31 97");
            seat.sees("kind xterm-256color");
            seat.resize(20, 50);
            seat.type("while test \"$(stty size)\" != \"20 50\"; do sleep 0.05; done; echo res\"\"ized\\r");
            seat.sees("resized");
            seat.type("exit 7\\r");
            assertThat(seat.exitCode()).isEqualTo(7);
        }
    }

    @Test
    void ctrlCGoesToWhatRunsInTheShellAndNotToUs() throws Exception {
        try (var seat =
                new Seat(CliProgram.in(home), "exec", "-it", sandbox.id().toString(), "sh")) {
            seat.type("echo be\"\"gun; sleep 1000\\r");
            seat.sees("begun");
            seat.type("\\x03");
            seat.type("echo st\"\"ill\\r");
            seat.sees("still");
            seat.type("\\x04");
            assertThat(seat.exitCode()).isZero();
        }
    }

    @Test
    void aShellThatWasLeftIsFoundAgainWithWhatItsScreenHadSaid() throws Exception {
        try (var seat =
                new Seat(CliProgram.in(home), "exec", "-it", sandbox.id().toString(), "sh")) {
            seat.type("x=kept; echo be\"\"fore\\r");
            seat.sees("before");
            seat.type("\\x10\\x11");
            seat.sees("left; it goes on. Come back: sandjar attach " + sandbox.id());
            assertThat(seat.exitCode()).isZero();
        }
        try (var seat = new Seat(CliProgram.in(home), "attach", sandbox.id().toString())) {
            seat.sees("before");
            seat.type("echo $x again\\r");
            seat.sees("kept again");
            seat.type("exit 3\\r");
            assertThat(seat.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void ctrlPIsTheProgramsUnlessCtrlQFollows() throws Exception {
        try (var seat = new Seat(
                CliProgram.in(home),
                "exec",
                "-it",
                sandbox.id().toString(),
                "sh",
                "-c",
                "stty raw -echo; echo ready; head -c 5 | od -An -tx1")) {
            seat.sees("ready");
            seat.type("\\x10p\\x10\\x10q");
            seat.sees("10 70 10 10 71");
            assertThat(seat.exitCode()).isZero();
        }
    }

    @Test
    void aPasteThatTheProgramDoesNotReadShutsNobodyIn() throws Exception {
        RunningCommand program = unattended("stty raw -echo; echo ready; exec sleep 1000");
        try (var seat = attach(program)) {
            seat.sees("ready");
            seat.type("x".repeat(1_000_000)); // more than all on its way there holds
            seat.type("\\x10\\x11");
            seat.sees("left; it goes on");
            assertThat(seat.exitCode()).isZero();
        }
    }

    @Test
    void whatWasTypedBeforeOneLeavesArrives() throws Exception {
        RunningCommand program = unattended("stty raw -echo; echo ready; head -c 200000 | wc -c; exec sleep 1000");
        try (var seat = attach(program)) {
            seat.sees("ready");
            seat.type("x".repeat(200_000) + "\\x10\\x11");
            assertThat(seat.exitCode()).isZero();
        }
        try (var again = attach(program)) {
            again.sees("200000");
        }
    }

    @Test
    void ourTerminalIsAsItWasAfterwards() throws Exception {
        try (var seat = new Seat(
                "sh",
                "-c",
                "before=$(stty -g); " + CliProgram.in(home) + " exec -it " + sandbox.id()
                        + " echo plain; test \"$before\" = \"$(stty -g)\" && echo the sa\"\"me")) {
            seat.sees("plain\\r\\nthe same"); // what was only shown needs nothing undone
        }
    }

    @Test
    void whereSomebodyElseTypesOneWatchesAndGetsOutAgain() throws Exception {
        RunningCommand shell = unattended("echo here; exec sh");
        try (var first = attach(shell)) {
            first.sees("here");
            for (String wayOut : List.of("\\x03", "\\x10\\x11")) {
                try (var second = attach(shell)) {
                    second.sees("here");
                    second.sees("somebody else types there; watching");
                    second.type("exit 9\\r");
                    first.type("echo st\"\"ill mine\\r");
                    second.sees("still mine");
                    second.type(wayOut);
                    second.sees("left; it goes on");
                    assertThat(second.exitCode()).isZero();
                }
            }
            first.type("exit 3\\r");
            assertThat(first.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void withoutATerminalAnInputThatSomebodyElseHasIsAnError() throws Exception {
        RunningCommand shell = unattended("exec sh");
        shell.stdin().flush(); // it is ours
        Process second = attachPlainly(shell);
        assertThat(exitCode(second)).isEqualTo(125);
        assertThat(second.errorReader().lines())
                .containsExactly(
                        "sandjar: standard input of command " + shell.id() + ": somebody else writes to it already",
                        "         wait until whoever writes to it lets go, or only follow its output");
        shell.close();
    }

    @Test
    void whatOldOutputAsksTheTerminalIsNotAnsweredAgain() throws Exception {
        RunningCommand asked = unattended("""
                mkfifo go; printf '\\033[cold\\n'; cat go; while read -r line; do echo "got [$line]"; done
                """);
        try (var seat = attach(asked)) {
            seat.sees("old");
            sandbox.run("sh", "-c", "echo new > go");
            seat.sees("new"); // which comes after all that is old
            seat.type("typed\\r");
            seat.sees("got [typed]");
        }
    }

    @Test
    void whatIsTypedWhileOldOutputIsShownArrives() throws Exception {
        RunningCommand asked = unattended("""
                printf '\\033[cold\\n'; while read -r line; do echo "got [$line]"; done
                """);
        Waiting.until("it has asked", () -> asked.info().written() > 0);
        try (var seat = attach(asked)) {
            seat.type("early\\r");
            seat.sees("got [early]");
        }
    }

    @Test
    void whatIsTypedIntoATerminalThatAnswersNothingArrives() throws Exception {
        RunningCommand asked = unattended("""
                printf '\\033[cold\\n'; while read -r line; do echo "got [$line]"; done
                """);
        Waiting.until("it has asked", () -> asked.info().written() > 0);
        try (var seat = attach(asked)) {
            seat.answersNothing();
            seat.sees("old"); // from here on we wait for its answer
            seat.type("at once\\r");
            seat.sees("got [at once]");
        }
    }

    @Test
    void oldOutputThatIsCutBeginsWithAWholeLine() throws Exception {
        RunningCommand wrote =
                unattended("seq 10000 19999 | sed 's/^/é/'; echo theend; exec cat"); // 64 KiB begin within an é
        Waiting.until("all is written", () -> wrote.info().written() == 90_008);
        try (var seat = new Seat(
                "sh", "-c", "echo first; " + CliProgram.in(home) + " attach " + sandbox.id() + " " + wrote.id())) {
            seat.sees("first\\r\\n\\xc3\\xa9");
            seat.sees("theend");
        }
    }

    @Test
    void aTerminalThatIsClosedEndsNothing() throws Exception {
        try (var seat = sandjar("exec", "-it", sandbox.id().toString(), "sh")) {
            seat.type("x=kept; echo be\"\"gun\\r");
            seat.sees("begun");
            seat.hangUp();
            assertThat(seat.exitCode()).isEqualTo(128 + 1);
        }
        RunningCommand shell = sandbox.attach(onlyOne(), 0);
        try (var seat = attach(shell)) {
            seat.sees("begun");
            seat.type("echo $x still\\r");
            seat.sees("kept still");
            seat.hangUp();
            assertThat(seat.exitCode()).isEqualTo(128 + 1);
        }
        assertThat(shell.info().ending()).isEmpty();
    }

    private static CommandId onlyOne() {
        return sandbox.commands().stream()
                .filter(info -> info.ending().isEmpty())
                .map(CommandInfo::id)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsAttachedToWithoutATerminalGoesOnAfterOurInputOurLifeAndOurReader() throws Exception {
        RunningCommand lines =
                sandbox.start(CommandSpec.builder(List.of("sh", "-c", "while read -r line; do echo got $line; done"))
                        .stdin(true)
                        .build());
        Process first = attachPlainly(lines);
        write(first, "one\n");
        first.getOutputStream().close();
        assertThat(first.inputReader().readLine()).isEqualTo("got one");
        first.destroy();
        assertThat(exitCode(first)).isEqualTo(128 + 15);

        Process second = attachPlainly(lines);
        write(second, "two\n");
        assertThat(second.inputReader().lines().limit(2)).containsExactly("got one", "got two");
        second.getInputStream().close();
        write(second, "three\n");
        assertThat(exitCode(second)).isEqualTo(128 + 13);
        assertThat(lines.info().ending()).isEmpty();
    }

    /** How a session ends in the middle of something. */
    enum Way {
        LEFT,
        TERMINATED,
        HUNG_UP,
        LOST
    }

    @ParameterizedTest
    @EnumSource
    void ourTerminalIsAsItWasHoweverItEnds(Way way) throws Exception {
        Sandbox own = way == Way.LOST ? sandboxes.create(SandboxSpec.builder().build()) : sandbox;
        try (var seat = new Seat("sh", "-c", """
                before=$(stty -g)
                %s exec -it %s sh -c 'printf "\\033[?1049h\\033[?1003h\\033[?25l"; echo begun; exec sleep 1000'
                test "$before" = "$(stty -g)" && echo the same
                """.formatted(CliProgram.in(home), own.id()))) {
            seat.sees("begun");
            switch (way) {
                case LEFT -> seat.type("\\x10\\x11");
                case TERMINATED -> seat.program().destroy();
                case HUNG_UP ->
                    new ProcessBuilder(
                                    "kill", "-HUP", Long.toString(seat.program().pid()))
                            .start();
                case LOST -> own.delete();
            }
            seat.sees("\\x1b[?1049l"); // the main screen
            seat.sees(";1003;"); // no word of the mouse
            seat.sees(";25h"); // a cursor
            seat.sees("the same");
        }
    }

    @Test
    void whatAProgramAskedTheTerminalLastIsNotTypedIntoTheShellOfThisMachine() throws Exception {
        try (var seat = new Seat("sh", "-c", """
                %s exec -it %s printf '\\033[c'; echo back; IFS= read -r line; echo "got [$line]"
                """.formatted(CliProgram.in(home), sandbox.id()))) {
            seat.sees("back");
            seat.type("typed\\r");
            seat.sees("got [typed]");
        }
    }

    @Test
    void whatIsSaidInTheEndIsALineOfItsOwn() throws Exception {
        try (var seat = sandjar("exec", "-it", "--timeout", "1s", sandbox.id().toString(), "sleep", "100")) {
            seat.sees("sandjar: the command timed out after 1 s\\r\\n");
            assertThat(seat.exitCode()).isEqualTo(124);
        }
    }

    @Test
    void allThisNeedsNoServer() throws Exception {
        String place = "local:?home=/var/lib/sandjar-test/terminal";
        try (var local = Sandboxes.open(place);
                var own = local.create(SandboxSpec.builder().build())) {
            try (var seat = sandjar("exec", "--place", place, "-it", own.id().toString(), "sh")) {
                seat.type("x=kept; stty size\\r");
                seat.sees("31 97");
                seat.resize(20, 50);
                seat.type("while test \"$(stty size)\" != \"20 50\"; do sleep 0.05; done; echo res\"\"ized\\r");
                seat.sees("resized");
                seat.type("\\x10\\x11");
                seat.sees("left; it goes on");
                assertThat(seat.exitCode()).isZero();
            }
            try (var seat = sandjar("attach", "--place", place, own.id().toString())) {
                seat.sees("resized");
                seat.type("echo $x again; exit 3\\r");
                seat.sees("kept again");
                assertThat(seat.exitCode()).isEqualTo(3);
            }
        }
    }
}
