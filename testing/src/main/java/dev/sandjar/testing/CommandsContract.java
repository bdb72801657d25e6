package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands run, and end as they end. */
interface CommandsContract extends SandboxesFixture {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
    exit code comes from wait   | exit 43                             | ""     | ""      | 43
    no newline is added         | printf x                            | x      | ""      | 0
    stderr stays apart          | echo err >&2; printf out            | out    | "err\n" | 0
    a signal is told as one     | kill -KILL $$                       | ""     | ""      | 137
    a child keeps the pipe open | sleep 100 & printf here             | here   | ""      | 0
    no input is an end at once  | cat; printf end                     | end    | ""      | 0
    the working folder          | pwd                                 | "/workspace\n" | "" | 0
    a shell is named            | printf $SHELL                       | /bin/bash | ""   | 0
    """)
    default void runs(String what, String script, String stdout, String stderr, int exit) throws Exception {
        CommandResult result = sandbox().run(CommandSpec.shell(script));
        assertThat(result.stdout()).isEqualTo(stdout.replace("\\n", "\n"));
        assertThat(result.stderr()).isEqualTo(stderr.replace("\\n", "\n"));
        assertThat(result.exitCode()).isEqualTo(exit);
        assertThat(result.dropped()).isZero();
    }

    @Test
    default void aMissingProgramIs127AndAMessage() throws Exception {
        CommandResult result = sandbox().run("no-such-program");
        assertThat(result.ending()).isEqualTo(new Ending.Exited(127));
        assertThat(result.stderr()).isEqualTo("sandjar: no-such-program: not found\n");
    }

    @Test
    default void shTakesThePlaceOfAShellThatIsMissing() throws Exception {
        assertThat(sandbox().run(orSh("", "no-such-shell", "-c", "echo $0")).stdout())
                .isEqualTo("sh\n");
        assertThat(sandbox()
                        .run(orSh("", "/no/such/shell", "-c", "echo $0 $1", "with", "arguments"))
                        .stdout())
                .isEqualTo("with arguments\n");
    }

    /** A folder of its name, one that may not be entered, or a link to itself, in the {@code PATH}. */
    @Test
    default void shTakesItsPlaceAlsoWhereSomethingHidesIt() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().mkdirs("here/no-such-shell");
        assertThat(sandbox.run(orSh("/workspace/here", "no-such-shell", "-c", "echo $0"))
                        .stdout())
                .isEqualTo("sh\n");
        sandbox.run(CommandSpec.shell("mkdir there; ln -s no-such-shell there/no-such-shell"));
        assertThat(sandbox.run(orSh("/workspace/there", "no-such-shell", "-c", "echo $0"))
                        .stdout())
                .isEqualTo("sh\n");
        sandbox.run("chmod", "0", "here");
        assertThat(sandbox.run(orSh("/workspace/here", "no-such-shell", "-c", "echo $0"))
                        .stdout())
                .isEqualTo("sh\n");
    }

    @Test
    default void aScriptsPathDoesNotHideTheShellThatReadsIt() throws Exception {
        assertThat(sandbox()
                        .run(orSh("/nowhere", "bash", "-c", "echo $0 $PATH"))
                        .stdout())
                .isEqualTo("bash /nowhere\n");
    }

    @Test
    default void aShellThatTheCodeMakesIsNotThatOfLaterCommands() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.run(CommandSpec.shell("printf '#!/bin/sh\necho mine' >bash; chmod +x bash"));
        assertThat(sandbox.run(orSh("", "bash", "-c", "echo theirs")).stdout()).isEqualTo("theirs\n");
        assertThat(sandbox.run(orSh("/workspace", "bash", "-c", "echo theirs")).stdout())
                .isEqualTo("theirs\n");
    }

    private static CommandSpec orSh(String path, String... argv) {
        return CommandSpec.builder(List.of(argv))
                .env(Map.of("PATH", path))
                .orSh(true)
                .build();
    }

    @Test
    default void theCommandsOwnEnvironmentWins() throws Exception {
        Sandbox sandbox = place().create(SandboxSpec.builder()
                .env(Map.of("A", "sandbox", "B", "sandbox"))
                .build());
        var command = CommandSpec.builder(List.of("sh", "-c", "echo $A $B"))
                .env(Map.of("B", "command"))
                .build();
        assertThat(sandbox.run(command).stdout()).isEqualTo("sandbox command\n");
    }

    @Test
    default void everyByteComesThrough() throws Exception {
        byte[] out = sandbox()
                .run("python3", "-c", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 4000)")
                .stdoutBytes();
        assertThat(out).hasSize(1_024_000);
        for (int i = 0; i < out.length; i++) {
            if (out[i] != (byte) i) {
                throw new AssertionError("byte " + i + " is " + out[i]);
            }
        }
    }

    @Test
    default void aTimeoutKillsTheWholeTree() throws Exception {
        Sandbox sandbox = sandbox();
        var command = CommandSpec.builder(List.of("sh", "-c", "setsid sleep 1000 & sleep 1000"))
                .limit(Duration.ofSeconds(1))
                .build();
        CommandResult result = sandbox.run(command);
        assertThat(result.ending()).isEqualTo(new Ending.TimedOut(Duration.ofSeconds(1)));
        assertThat(result.exitCode()).isEqualTo(124);
        assertThat(sandbox.run("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c '[s]leep 1000'")
                        .stdout())
                .isEqualTo("0\n");
    }

    @Test
    default void aMemoryHogIsToldAsOutOfMemory() throws Exception {
        Sandbox sandbox = place().create(SandboxSpec.builder().memory(64L << 20).build());
        CommandResult result = sandbox.run("python3", "-c", "x = bytearray(200 << 20)");
        assertThat(result.ending()).isEqualTo(new Ending.OutOfMemory());
        assertThat(sandbox.run("echo", "alive").stdout()).isEqualTo("alive\n");
    }

    @Test
    default void manyCommandsThatWriteMuchLiveInASmallSandbox() throws Exception {
        Sandbox sandbox =
                place().create(SandboxSpec.builder().memory(128L << 20).build());
        var writer = CommandSpec.builder(
                        List.of("sh", "-c", "head -c 4000000 /dev/zero; touch $$.written; exec sleep 1000"))
                .retention(CommandSpec.Retention.LATEST)
                .build();
        for (int i = 0; i < 50; i++) {
            sandbox.start(writer);
        }
        Waiting.until(
                "all have written",
                () -> sandbox.run("sh", "-c", "ls | grep -c written").stdout().equals("50\n"));
        assertThat(sandbox.commands().stream()
                        .filter(command -> command.ending().isEmpty()))
                .hasSize(50);
    }

    @Test
    default void aTerminalIsOneAndChangesItsSize() throws Exception {
        var spec = CommandSpec.builder(List.of("sh", "-c", "tty -s && stty size; read x; stty size"))
                .terminal(new Window(30, 90))
                .build();
        try (RunningCommand command = sandbox().start(spec)) {
            Iterator<Output> output = command.output();
            assertThat(text(output.next())).isEqualTo("30 90\r\n");
            command.resize(new Window(40, 100));
            OutputStream in = command.stdin();
            in.write("\n".getBytes(StandardCharsets.UTF_8));
            in.flush();
            var rest = new StringBuilder();
            output.forEachRemaining(chunk -> rest.append(text(chunk)));
            assertThat(rest.toString()).isEqualTo("\r\n40 100\r\n");
        }
    }

    @Test
    default void aListOfManyWordsHasTheBeginningOfEachCommands() throws Exception {
        Sandbox sandbox = sandbox();
        String script = "exit 0 # " + "\u00e9".repeat(50_000);
        RunningCommand last = sandbox.start(CommandSpec.shell(script));
        for (int i = 0; i < 3; i++) {
            last.await();
            last = sandbox.start(CommandSpec.shell(script));
        }
        last.await();
        assertThat(sandbox.commands())
                .hasSize(4)
                .allSatisfy(command -> assertThat(command.argvCut()).isTrue())
                .allSatisfy(
                        command -> assertThat(script).startsWith(command.argv().getLast()))
                .allSatisfy(command -> assertThat(command.argv().getLast()).hasSizeGreaterThan(25_000));
        assertThat(last.info().argv().getLast()).isEqualTo(script);
        assertThat(last.info().argvCut()).isFalse();
    }

    @Test
    default void commandsAreListedWithTheirEndings() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand ended = sandbox.start(CommandSpec.shell("echo x; exit 3"));
        ended.await();
        RunningCommand running = sandbox.start(CommandSpec.of("sleep", "1000"));
        List<CommandInfo> commands = sandbox.commands();
        assertThat(commands).extracting(CommandInfo::id).containsExactly(ended.id(), running.id());
        assertThat(commands.getFirst().ending()).contains(new Ending.Exited(3));
        assertThat(commands.getFirst().written()).isEqualTo(2);
        assertThat(commands.get(1).ending()).isEmpty();
        assertThat(commands.get(1).argv()).containsExactly("sleep", "1000");
        assertThat(ended.info()).isEqualTo(commands.getFirst());
        assertThat(running.info()).isEqualTo(commands.get(1));
        running.kill();
        sandbox.run("true");
        assertThat(sandbox.commands()).hasSize(2); // what was run to its end is not listed
    }

    @Test
    default void aCommandMayBeNamedByItsCaller() throws Exception {
        Sandbox sandbox = sandbox();
        var id = CommandId.random();
        try (RunningCommand command = sandbox.start(CommandSpec.of("sleep", "1000"), id)) {
            assertThat(command.id()).isEqualTo(id);
            refuses(ErrorCode.ALREADY_EXISTS, () -> sandbox.start(CommandSpec.of("true"), id));
            refuses(ErrorCode.INVALID_STATE, command::forget);
            command.kill();
            command.await();
            command.forget();
        }
        refuses(ErrorCode.COMMAND_NOT_FOUND, () -> sandbox.attach(id, 0), "command " + id + ": no such command");
    }

    @Test
    default void anEndingThatCameWithTheOutputIsKnownWhenTheCommandIsForgotten() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.shell("echo x; exit 3"))) {
            command.output().forEachRemaining(_ -> {});
            command.forget();
            assertThat(command.await()).isEqualTo(new Ending.Exited(3));
        }
    }

    @Test
    default void anUnknownCommandIsNotFound() throws Exception {
        Sandbox sandbox = sandbox();
        refuses(ErrorCode.COMMAND_NOT_FOUND, () -> sandbox.attach(CommandId.random(), 0));
    }

    @Test
    default void deletingASandboxEndsItsStreamsAsLostNeverAsExited() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand command = sandbox.start(CommandSpec.shell("echo x; sleep 1000"));
        Iterator<Output> output = command.output();
        output.next();
        sandbox.delete();
        assertThatThrownBy(output::hasNext).isInstanceOf(SandboxException.class);
        assertThat(command.await()).isInstanceOf(Ending.Lost.class);
    }

    @Test
    default void manyCommandsAtOnceAllEndAsTheyShould() throws Exception {
        Sandbox sandbox = sandbox();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<CommandResult>>();
            for (int i = 0; i < 50; i++) {
                String script = "seq 500; exit " + i;
                all.add(tasks.submit(() -> sandbox.run(CommandSpec.shell(script))));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(all.get(i).get().exitCode()).isEqualTo(i);
                assertThat(all.get(i).get().stdoutBytes()).hasSize(1_892);
            }
        }
    }

    @Test
    default void anInterruptedRunKillsItsCommand() throws Exception {
        Sandbox sandbox = sandbox();
        var runner = Thread.ofVirtual().start(() -> {
            try {
                sandbox.run("sh", "-c", "echo > started; exec sleep 1000");
            } catch (InterruptedException | SandboxException e) {
                // as it should
            }
        });
        try (var watch = sandbox.files().watch(".")) {
            while (sandbox.files().list(".").isEmpty()) {
                watch.next();
            }
        }
        runner.interrupt();
        runner.join();
        CommandInfo command = sandbox.commands().getFirst();
        try (RunningCommand killed = sandbox.attach(command.id(), 0)) {
            assertThat(killed.await()).isEqualTo(new Ending.Killed(Signal.KILL));
        }
    }

    @Test
    default void anInterruptionIsToldAsThatAndTheThreadStaysInterrupted() throws Exception {
        Sandbox sandbox = sandbox();
        var interrupted = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            refuses(ErrorCode.INTERRUPTED, () -> sandbox.files().stat("."));
            return Thread.currentThread().isInterrupted();
        });
        Thread.ofVirtual().start(interrupted);
        assertThat(interrupted.get()).isTrue();
    }
}
