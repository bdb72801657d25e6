package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code exec -it} and {@code attach} in a real terminal, over a server. */
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

        void resize(int rows, int columns) {
            says.println("resize " + rows + " " + columns);
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
    void ourTerminalIsAsItWasAfterwards() throws Exception {
        try (var seat = new Seat(
                "sh",
                "-c",
                "before=$(stty -g); " + CliProgram.in(home) + " exec -it " + sandbox.id()
                        + " true; test \"$before\" = \"$(stty -g)\" && echo the sa\"\"me")) {
            seat.sees("the same");
        }
    }
}
