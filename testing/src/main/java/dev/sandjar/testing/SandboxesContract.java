package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.FileEvent;
import dev.sandjar.FileInfo;
import dev.sandjar.Metadata;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code dev.sandjar} promises, wherever the sandboxes are: the same scenarios against this machine, a server and a cluster, which
 * must not be told apart. Extend it and say how to open the place. The image needs a shell and Python.
 */
@Timeout(120)
public abstract class SandboxesContract {
    /** For subclasses. */
    protected SandboxesContract() {}

    /**
     * The place under test, shared by the tests of a class.
     *
     * @return an open place whose caller has no sandboxes but those of this test
     */
    protected abstract Sandboxes sandboxes();

    @AfterEach
    void removesWhatItMade() {
        for (SandboxInfo info : sandboxes().list(0, 100).sandboxes()) {
            sandboxes().get(info.id()).delete();
        }
    }

    // ---- life

    @Test
    void aSandboxLivesFromCreateToClose() throws Exception {
        SandboxId id;
        try (Sandbox sandbox = sandboxes().create(SandboxSpec.builder().build())) {
            id = sandbox.id();
            assertThat(sandbox.run("echo", "hello").stdout()).isEqualTo("hello\n");
        }
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> sandboxes().get(id), "no sandbox " + id);
    }

    @Test
    void aHandleThatWasOnlyFoundDoesNotDelete() throws Exception {
        Sandbox sandbox = sandbox();
        sandboxes().get(sandbox.id()).close();
        assertThat(sandbox.run("true").exitCode()).isZero();
    }

    @Test
    void deletingTwiceSucceeds() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.delete();
        sandbox.delete();
        refuses(ErrorCode.SANDBOX_NOT_FOUND, () -> sandbox.run("true"));
    }

    @Test
    void itsInfoSaysWhatWasAskedFor() throws Exception {
        var metadata = new LinkedHashMap<String, @Nullable Object>();
        metadata.put("text", "é");
        metadata.put("number", 7);
        metadata.put("fraction", 0.5);
        metadata.put("nothing", null);
        metadata.put("list", List.of(true, Map.of("deep", "value")));
        Instant before = Instant.now();
        SandboxInfo info = sandboxes()
                .create(SandboxSpec.builder()
                        .ttl(Duration.ofMinutes(10))
                        .metadata(new Metadata(metadata))
                        .build())
                .info();
        assertThat(info.state()).isEqualTo(SandboxState.RUNNING);
        assertThat((Object) info.spec().metadata().values()).isEqualTo(metadata);
        assertThat(info.image()).isEqualTo("host");
        assertThat(info.workspace()).isEqualTo("/workspace");
        assertThat(Duration.between(info.createdAt(), info.expiresAt())).isEqualTo(Duration.ofMinutes(10));
        assertThat(info.createdAt())
                .isAfter(before.minusSeconds(60))
                .isBefore(Instant.now().plusSeconds(60));
    }

    @Test
    void theListIsPagedWithTheNewestFirst() throws Exception {
        var ids = new ArrayList<SandboxId>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(sandbox().id());
        }
        SandboxPage first = sandboxes().list(0, 2);
        SandboxPage second = sandboxes().list(2, 2);
        assertThat(first.total()).isEqualTo(3);
        assertThat(first.sandboxes()).extracting(SandboxInfo::id).containsExactlyElementsOf(ids.subList(0, 2));
        assertThat(second.sandboxes()).extracting(SandboxInfo::id).containsExactlyElementsOf(ids.subList(2, 3));
    }

    @Test
    void renewingCountsFromNow() throws Exception {
        Sandbox sandbox = sandbox();
        Instant expires = sandbox.renew(Duration.ofHours(8)).expiresAt();
        assertThat(expires).isAfter(sandbox.info().createdAt().plus(Duration.ofHours(8)));
        assertThat(sandbox.info().expiresAt()).isEqualTo(expires);
    }

    @Test
    void aRepeatedCreateReturnsTheSameSandbox() throws Exception {
        var spec = SandboxSpec.builder().build();
        Sandbox one = sandboxes().create(spec, "key-1");
        assertThat(sandboxes().create(spec, "key-1").id()).isEqualTo(one.id());
        assertThat(sandboxes().create(spec, "key-2").id()).isNotEqualTo(one.id());
        refuses(
                ErrorCode.ALREADY_EXISTS,
                () -> sandboxes()
                        .create(SandboxSpec.builder().ttl(Duration.ofMinutes(2)).build(), "key-1"));
    }

    @Test
    void createsWithOneKeyAtOnceMakeOneSandbox() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = new ArrayList<Future<SandboxId>>();
            for (int i = 0; i < 4; i++) {
                made.add(tasks.submit(() -> sandboxes()
                        .create(SandboxSpec.builder().build(), "together")
                        .id()));
            }
            for (Future<SandboxId> one : made) {
                assertThat(one.get()).isEqualTo(made.getFirst().get());
            }
        }
        assertThat(sandboxes().list(0, 10).total()).isEqualTo(1);
    }

    @Test
    void aPausedSandboxStandsStillAndGoesOn() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand ticking = sandbox.start(CommandSpec.shell("while echo tick; do sleep 0.05; done"))) {
            ticking.output().next();
            sandbox.pause();
            assertThat(sandbox.info().state()).isEqualTo(SandboxState.PAUSED);
            refuses(
                    ErrorCode.INVALID_STATE,
                    () -> sandbox.run("true"),
                    "sandbox " + sandbox.id() + " is paused, needed: running");
            refuses(ErrorCode.INVALID_STATE, sandbox::pause);
            sandbox.resume();
            refuses(ErrorCode.INVALID_STATE, sandbox::resume);
            assertThat(ticking.output().hasNext()).isTrue();
            ticking.kill();
        }
    }

    @Test
    void twoDeletesAtOnceBothSucceed() throws Exception {
        Sandbox sandbox = sandbox();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = tasks.submit(sandbox::delete);
            var other = tasks.submit(sandbox::delete);
            one.get();
            other.get();
        }
        assertThat(sandboxes().list(0, 10).total()).isZero();
    }

    @Test
    void aListOfSomeStatesHasThoseAloneAndCountsThoseAlone() throws Exception {
        Sandbox running = sandbox();
        Sandbox paused = sandbox();
        paused.pause();
        SandboxPage page = sandboxes().list(EnumSet.of(SandboxState.PAUSED, SandboxState.FAILED), 0, 10);
        assertThat(page.total()).isEqualTo(1);
        assertThat(page.sandboxes()).extracting(SandboxInfo::id).containsExactly(paused.id());
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandboxes().list(Set.of(), 0, 10), "state is ");
        running.delete();
    }

    @ParameterizedTest
    @CsvSource({"-1, 10, offset", "0, 0, limit", "0, 101, limit"})
    void aPageOutsideItsRangeIsRefused(int offset, int limit, String what) {
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandboxes().list(offset, limit), what + " is ");
    }

    @Test
    void anUnknownImageIsRefused() {
        assertThatThrownBy(() -> sandboxes().create(SandboxSpec.of("127.0.0.1:1/no/such:image")))
                .isInstanceOfSatisfying(
                        SandboxException.class,
                        e -> assertThat(e.code()).isIn(ErrorCode.IMAGE_NOT_FOUND, ErrorCode.REGISTRY_UNAVAILABLE));
        assertThat(sandboxes().list(0, 10).total()).isZero();
    }

    @Test
    void anUnknownTemplateIsRefused() {
        refuses(
                ErrorCode.INVALID_ARGUMENT,
                () -> sandboxes()
                        .create(SandboxSpec.builder().template("nowhere").build()),
                "template is unknown");
    }

    // ---- commands

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
    void runs(String what, String script, String stdout, String stderr, int exit) throws Exception {
        CommandResult result = sandbox().run(CommandSpec.shell(script));
        assertThat(result.stdout()).isEqualTo(stdout.replace("\\n", "\n"));
        assertThat(result.stderr()).isEqualTo(stderr.replace("\\n", "\n"));
        assertThat(result.exitCode()).isEqualTo(exit);
        assertThat(result.dropped()).isZero();
    }

    @Test
    void aMissingProgramIs127AndAMessage() throws Exception {
        CommandResult result = sandbox().run("no-such-program");
        assertThat(result.ending()).isEqualTo(new Ending.Exited(127));
        assertThat(result.stderr()).isEqualTo("sandjar: no-such-program: not found\n");
    }

    @Test
    void theCommandsOwnEnvironmentWins() throws Exception {
        Sandbox sandbox = sandboxes()
                .create(SandboxSpec.builder()
                        .env(Map.of("A", "sandbox", "B", "sandbox"))
                        .build());
        var command = CommandSpec.builder(List.of("sh", "-c", "echo $A $B"))
                .env(Map.of("B", "command"))
                .build();
        assertThat(sandbox.run(command).stdout()).isEqualTo("sandbox command\n");
    }

    @Test
    void everyByteComesThrough() throws Exception {
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
    void aTimeoutKillsTheWholeTree() throws Exception {
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
    void aMemoryHogIsToldAsOutOfMemory() throws Exception {
        Sandbox sandbox =
                sandboxes().create(SandboxSpec.builder().memory(64L << 20).build());
        CommandResult result = sandbox.run("python3", "-c", "x = bytearray(200 << 20)");
        assertThat(result.ending()).isEqualTo(new Ending.OutOfMemory());
        assertThat(sandbox.run("echo", "alive").stdout()).isEqualTo("alive\n");
    }

    @Test
    void inputIsStreamedToTheCommand() throws Exception {
        var spec = CommandSpec.builder(List.of("wc", "-c")).stdin(true).build();
        try (RunningCommand command = sandbox().start(spec)) {
            try (OutputStream in = command.stdin()) {
                for (int i = 0; i < 100; i++) {
                    in.write(new byte[10_000]);
                }
            }
            assertThat(new String(command.stdout().readAllBytes(), StandardCharsets.UTF_8).strip())
                    .isEqualTo("1000000");
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    void aCommandStartedWithoutInputHasNone() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("sleep", "100"))) {
            refuses(ErrorCode.INVALID_STATE, command::stdin);
            command.kill();
        }
    }

    @Test
    void awaitingHasALimitAndTheCommandGoesOn() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("sleep", "1000"))) {
            assertThat(command.await(Duration.ofMillis(50))).isEmpty();
            command.signal(Signal.TERM);
            assertThat(command.await()).isEqualTo(new Ending.Killed(Signal.TERM));
            command.kill();
        }
    }

    @Test
    void outputCanBeReadAgainFromAnyOffset() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand command = sandbox.start(CommandSpec.of("seq", "100000"));
        byte[] whole = bytes(command.output());
        command.close();
        try (RunningCommand again = sandbox.attach(command.id(), 500_000)) {
            assertThat(bytes(again.output())).isEqualTo(Arrays.copyOfRange(whole, 500_000, whole.length));
            assertThat(again.await()).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    void twoReadersAtOnceReadTheSame() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand one = sandbox.start(CommandSpec.shell("seq 200000"));
                RunningCommand other = sandbox.attach(one.id(), 0);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = tasks.submit(() -> bytes(one.output()));
            var second = tasks.submit(() -> bytes(other.output()));
            assertThat(first.get()).isEqualTo(second.get()).hasSize(1_288_895);
        }
    }

    @Test
    void bothStreamsCanBeReadApart() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.shell("seq 1000; seq 2000 >&2"));
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> err = tasks.submit(() -> command.stderr().readAllBytes());
            assertThat(command.stdout().readAllBytes()).hasSize(3_893);
            assertThat(err.get()).hasSize(8_893);
        }
    }

    @Test
    void heldOutputIsNotLostOnASlowReader() throws Exception {
        try (RunningCommand command = sandbox().start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"))) {
            assertThat(command.await(Duration.ofMillis(300))).isEmpty(); // it waits for its reader
            assertThat(bytes(command.output())).hasSize(30_000_000);
        }
    }

    @Test
    void whatIsNotConfirmedIsThereForTheNextReader() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand first = sandbox.start(CommandSpec.of("head", "-c", "30000000", "/dev/zero"));
        first.confirm(0);
        Iterator<Output> output = first.output();
        for (long read = 0; read < 2_000_000; ) {
            read = ((Output.Chunk) output.next()).offset();
        }
        first.confirm(1_000_000);
        refuses(ErrorCode.INVALID_ARGUMENT, () -> first.confirm(29_000_000));
        try (RunningCommand second = sandbox.attach(first.id(), 1_000_000)) {
            second.output();
            first.close();
            assertThat(bytes(second.output())).hasSize(29_000_000);
        }
    }

    @Test
    void outputThatIsNotHeldTellsWhatWasForgotten() throws Exception {
        var spec = CommandSpec.builder(List.of("head", "-c", "30000000", "/dev/zero"))
                .retention(CommandSpec.Retention.LATEST)
                .build();
        try (RunningCommand command = sandbox().start(spec)) {
            assertThat(command.await()).isEqualTo(new Ending.Exited(0));
            Output first = command.output().next();
            assertThat(first).isInstanceOfSatisfying(Output.Gap.class, gap -> {
                assertThat(gap.from()).isZero();
                assertThat(gap.to()).isBetween(25_000_000L, 29_000_000L);
            });
        }
    }

    @Test
    void aTerminalIsOneAndChangesItsSize() throws Exception {
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
    void commandsAreListedWithTheirEndings() throws Exception {
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
        running.kill();
        sandbox.run("true");
        assertThat(sandbox.commands()).hasSize(2); // what was run to its end is not listed
    }

    @Test
    void aCommandMayBeNamedByItsCaller() throws Exception {
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
    void anEndingThatCameWithTheOutputIsKnownWhenTheCommandIsForgotten() throws Exception {
        Sandbox sandbox = sandbox();
        try (RunningCommand command = sandbox.start(CommandSpec.shell("echo x; exit 3"))) {
            command.output().forEachRemaining(_ -> {});
            command.forget();
            assertThat(command.await()).isEqualTo(new Ending.Exited(3));
        }
    }

    @Test
    void anUnknownCommandIsNotFound() throws Exception {
        Sandbox sandbox = sandbox();
        refuses(ErrorCode.COMMAND_NOT_FOUND, () -> sandbox.attach(CommandId.random(), 0));
    }

    @Test
    void deletingASandboxEndsItsStreamsAsLostNeverAsExited() throws Exception {
        Sandbox sandbox = sandbox();
        RunningCommand command = sandbox.start(CommandSpec.shell("echo x; sleep 1000"));
        Iterator<Output> output = command.output();
        output.next();
        sandbox.delete();
        assertThatThrownBy(output::hasNext).isInstanceOf(SandboxException.class);
        assertThat(command.await()).isInstanceOf(Ending.Lost.class);
    }

    // ---- files

    @Test
    void aFileIsReadBackAsItWasWritten() throws Exception {
        Sandbox sandbox = sandbox();
        byte[] content = new byte[3_000_000];
        new java.util.Random(1).nextBytes(content);
        FileInfo written = sandbox.files().write("deep/er/file.bin", content);
        assertThat(written.size()).isEqualTo(content.length);
        assertThat(written.type()).isEqualTo(FileInfo.Type.FILE);
        assertThat(written.name()).isEqualTo("file.bin");
        assertThat(sandbox.files().read("deep/er/file.bin")).isEqualTo(content);
        assertThat(sandbox.files().read("/workspace/deep/er/file.bin")).isEqualTo(content);
    }

    @Test
    void anEmptyFileIsAFile() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().write("empty", "");
        assertThat(sandbox.files().readText("empty")).isEmpty();
        assertThat(sandbox.files().stat("empty").size()).isZero();
    }

    @Test
    void anExistingFileIsNotReplacedUnasked() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().write("a", "first");
        refuses(
                ErrorCode.ALREADY_EXISTS,
                () -> sandbox.files().write("a", new ByteArrayInputStream(new byte[1]), false),
                "file a: it is there already");
        assertThat(sandbox.files().readText("a")).isEqualTo("first");
    }

    @Test
    void anUploadWhoseSourceFailsLeavesNothing() throws Exception {
        Sandbox sandbox = sandbox();
        InputStream broken = new InputStream() {
            private int left = 200_000;

            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }

            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                left -= length;
                return left < 0 ? read() : length;
            }
        };
        assertThatThrownBy(() -> sandbox.files().write("half", broken, true)).isInstanceOf(SandboxException.class);
        assertThat(sandbox.files().list(".")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc/passwd", "a/../../etc/passwd", "out/passwd", ".."})
    void aRelativePathThatClimbsOutIsRefused(String path) throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.run("sh", "-c", "mkdir a; ln -s /etc out");
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().read(path));
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().write(path, "x"));
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().remove(path));
    }

    @Test
    void filesHaveTheRightsOfTheSandboxsUser() throws Exception {
        Sandbox sandbox = sandbox();
        refuses(ErrorCode.PERMISSION_DENIED, () -> sandbox.files().write("/etc/passwd", "root::0:0::/:/bin/sh"));
        refuses(
                ErrorCode.FILE_NOT_FOUND,
                () -> sandbox.files().read("nothing"),
                "file nothing: no such file or folder");
        assertThat(sandbox.run("stat", "-c", "%u", "/workspace").stdout()).isEqualTo("1000\n");
    }

    @Test
    void foldersAreMadeListedMovedAndRemoved() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().mkdirs("x/y/z");
        sandbox.files().mkdirs("x/y/z");
        sandbox.files().write("x/b", "bb");
        sandbox.files().write("x/a", "a");
        sandbox.run("ln", "-s", "a", "x/link");
        List<FileInfo> entries = sandbox.files().list("x");
        assertThat(entries).extracting(FileInfo::name).containsExactly("a", "b", "link", "y");
        assertThat(entries)
                .extracting(FileInfo::type)
                .containsExactly(
                        FileInfo.Type.FILE, FileInfo.Type.FILE, FileInfo.Type.SYMLINK, FileInfo.Type.DIRECTORY);
        assertThat(entries.getFirst().path()).isEqualTo("x/a");
        sandbox.files().move("x", "moved");
        sandbox.files().remove("moved");
        assertThat(sandbox.files().list(".")).isEmpty();
        refuses(ErrorCode.FILE_NOT_FOUND, () -> sandbox.files().remove("moved"));
    }

    @Test
    void changesAreTold() throws Exception {
        Sandbox sandbox = sandbox();
        try (var watch = sandbox.files().watch(".")) {
            sandbox.run("touch", "/workspace/new");
            assertThat(watch.next()).isEqualTo(new FileEvent(FileEvent.Kind.CREATED, "new"));
        }
    }

    // ---- the rest

    @Test
    void aPortInsideIsReachedWithoutANetwork() throws Exception {
        Sandbox sandbox = sandbox();
        String server = """
                import socket
                s = socket.create_server(("127.0.0.1", 8000))
                print("listening", flush=True)
                c, _ = s.accept()
                data = b""
                while chunk := c.recv(65536): data += chunk
                c.sendall(data[::-1])
                c.close()
                """;
        try (RunningCommand command = sandbox.start(CommandSpec.of("python3", "-c", server))) {
            assertThat(text(command.output().next())).isEqualTo("listening\n");
            try (var connection = sandbox.dial(8000)) {
                connection.output().write("olleh".getBytes(StandardCharsets.UTF_8));
                connection.output().close();
                assertThat(connection.input().readAllBytes()).asString().isEqualTo("hello");
            }
        }
        refuses(ErrorCode.UNAVAILABLE, () -> sandbox.dial(8001), "port 8001: nothing listens on that port");
    }

    @Test
    void statsTellWhatItUses() throws Exception {
        Sandbox sandbox =
                sandboxes().create(SandboxSpec.builder().memory(100L << 20).build());
        var stats = sandbox.stats();
        assertThat(stats.memory()).isPositive();
        assertThat(stats.memoryLimit()).hasValue(100L << 20);
        assertThat(stats.processes()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void manyCommandsAtOnceAllEndAsTheyShould() throws Exception {
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
    void anInterruptedRunKillsItsCommand() throws Exception {
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
    void anInterruptionIsToldAsThatAndTheThreadStaysInterrupted() throws Exception {
        Sandbox sandbox = sandbox();
        var interrupted = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            refuses(ErrorCode.INTERRUPTED, () -> sandbox.files().stat("."));
            return Thread.currentThread().isInterrupted();
        });
        Thread.ofVirtual().start(interrupted);
        assertThat(interrupted.get()).isTrue();
    }

    @Test
    void theMachineSaysWhatItCanEnforce() {
        assertThat(sandboxes().doctor())
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.seen()).isNotBlank());
    }

    // ----

    private Sandbox sandbox() throws InterruptedException {
        return sandboxes().create(SandboxSpec.builder().build());
    }

    private static byte[] bytes(Iterator<Output> output) {
        var all = new java.io.ByteArrayOutputStream();
        output.forEachRemaining(next -> {
            if (!(next instanceof Output.Chunk(var _, long offset, ByteBuffer bytes))) {
                throw new AssertionError("lost: " + next);
            }
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            all.writeBytes(copy);
        });
        return all.toByteArray();
    }

    private static String text(Output output) {
        if (!(output instanceof Output.Chunk(var _, long _, ByteBuffer bytes))) {
            throw new AssertionError("lost: " + output);
        }
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void refuses(ErrorCode code, Work work) {
        refuses(code, work, "");
    }

    private static void refuses(ErrorCode code, Work work, String message) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
