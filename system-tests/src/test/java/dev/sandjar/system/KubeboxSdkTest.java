package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.Sandboxes;
import dev.sandjar.compat.kubebox.CommandEvent;
import dev.sandjar.compat.kubebox.CommandExit;
import dev.sandjar.compat.kubebox.CommandKilled;
import dev.sandjar.compat.kubebox.CommandMode;
import dev.sandjar.compat.kubebox.CommandOutput;
import dev.sandjar.compat.kubebox.CommandRequest;
import dev.sandjar.compat.kubebox.CommandResult;
import dev.sandjar.compat.kubebox.SandboxClient;
import dev.sandjar.compat.kubebox.Status;
import dev.sandjar.compat.kubebox.StreamProcess;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.RefusedException;
import dev.sandjar.compat.kubebox.security.Keys;
import dev.sandjar.compat.kubebox.security.KubeboxSecurity;
import dev.sandjar.testing.Waiting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kubebox SDK for Java at our own server, with a key that signs. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeboxSdkTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/kubebox-sdk");
    private static final String S = "sdk";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int NEVER = Integer.MAX_VALUE;

    @TempDir
    static Path keysOfUsers;

    private static Keys keys;
    private static RealServer server;
    private static SandboxClient client;

    /** From one ping to the next there are 25 seconds, so this begins before the other tests. */
    private static final Duration LONGER_THAN_A_PING = Duration.ofSeconds(27);

    private static CompletableFuture<String> stoodStill;

    @BeforeAll
    static void start() throws Exception {
        keys = KubeboxSecurity.generateKeys();
        Files.writeString(keysOfUsers.resolve("alice.pem"), keys.publicKey());
        server = server();
        client = client(server.address.toString());
        client.initializeSession(S, "");
        stoodStill = CompletableFuture.supplyAsync(() -> standStill(LONGER_THAN_A_PING));
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        try (var sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN)) {
            sandboxes
                    .list(0, 100)
                    .sandboxes()
                    .forEach(info -> sandboxes.get(info.id()).delete());
        }
        server.close();
    }

    private static RealServer server() throws Exception {
        return new RealServer(HOME, "SANDJAR_AUTH_KEYS=" + keysOfUsers);
    }

    private static SandboxClient client(String url) {
        return SandboxClient.builder().url(url).privateKey(keys.privateKey()).build();
    }

    private static SandboxClient through(CuttingProxy proxy) {
        return client("http://127.0.0.1:" + proxy.port());
    }

    private static List<CommandEvent> all(StreamProcess process) {
        var events = new ArrayList<CommandEvent>();
        process.forEach(events::add);
        return events;
    }

    // ---- who

    @Test
    void theServerKnowsWhoSigns() throws Exception {
        client.connect();
        try (var stranger = new SandboxClient(KubeboxSecurity.generateKeys().privateKey(), server.address.toString())) {
            assertThatThrownBy(stranger::connect)
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.status()).isEqualTo(401));
            assertThatThrownBy(() -> stranger.readFile(S, "a"))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.status()).isEqualTo(401));
        }
    }

    @Test
    void aTokenDoesAsWellAndOthersSeeNothing() throws Exception {
        try (var alice = SandboxClient.builder()
                        .url(server.address.toString())
                        .token(RealServer.TOKEN)
                        .build();
                var bob = SandboxClient.builder()
                        .url(server.address.toString())
                        .token(RealServer.OTHER_TOKEN)
                        .build()) {
            assertThat(alice.runCommand(S, "echo in", CommandMode.WAIT).stdout())
                    .isEqualTo("in\n");
            assertThatThrownBy(() -> bob.runCommand(S, "echo in", CommandMode.WAIT))
                    .hasMessageEndingWith("400: Session not found");
        }
    }

    @Test
    void aSessionThatWasNotInitializedIsToldAtOnce() {
        assertThatThrownBy(() -> client.runCommand("unknown", "echo in"))
                .isInstanceOf(RefusedException.class)
                .hasMessageEndingWith("Session not found");
    }

    // ---- commands

    @Test
    void aCommandIsWaitedFor() throws Exception {
        CommandResult result = client.runCommand(S, "echo out; echo err >&2; exit 3", CommandMode.WAIT);

        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
        assertThat(result.exitCode()).hasValue(3);
        assertThat(result.finished()).isFalse();
    }

    @Test
    void aCommandWhoseTimeIsUpSaysSo() throws Exception {
        CommandResult result =
                client.runCommand(S, CommandRequest.of("sleep 30").within(Duration.ofSeconds(1)), CommandMode.WAIT);

        assertThat(result.error()).hasValue("Command timed out");
        assertThat(result.exitCode()).isEmpty();
    }

    @Test
    void outputComesAsItIsWrittenByBothStreams() throws Exception {
        try (StreamProcess process = client.runCommand(S, "echo one; sleep 0.2; echo zwei >&2; sleep 0.2; exit 7")) {
            long id = process.processId();

            assertThat(all(process))
                    .containsExactly(
                            new CommandOutput("one\n", CommandOutput.Type.STDOUT, id),
                            new CommandOutput("zwei\n", CommandOutput.Type.STDERR, id),
                            new CommandExit(7, id));
        }
    }

    @Test
    void manyStreamsOfOneSessionGoAtOnce() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> texts = IntStream.range(0, 12)
                    .mapToObj(i -> tasks.submit(
                            () -> text(client.runCommand(S, "for i in $(seq 200); do echo " + i + "-$i; done"))))
                    .toList();
            for (int i = 0; i < texts.size(); i++) {
                int number = i;
                assertThat(texts.get(i).get())
                        .isEqualTo(IntStream.rangeClosed(1, 200)
                                .mapToObj(line -> number + "-" + line + "\n")
                                .collect(Collectors.joining()));
            }
        }
    }

    private static String text(StreamProcess process) {
        return all(process).stream().map(CommandEvent::output).collect(Collectors.joining());
    }

    @Test
    void aCallbackIsToldOfAll() throws Exception {
        var heard = new StringBuffer();
        CompletableFuture<CommandExit> exit =
                client.runCommand(S, "seq 3; exit 2").listen(event -> heard.append(event.output()));

        assertThat(exit.get().exitCode()).isEqualTo(2);
        assertThat(heard).hasToString("1\n2\n3\n");
    }

    @Test
    void whatRunsInTheBackgroundIsAskedForKilledAndGone() throws Exception {
        long id = client.runCommand(S, "sleep 600 & sleep 600", CommandMode.BACKGROUND)
                .processId();
        assertThat(client.checkStatus(S, id)).isEqualTo(Status.RUNNING);
        assertThat(client.killCommand(S, id)).satisfies(killed -> {
            assertThat(killed.status()).isEqualTo("killed");
            assertThat(killed.exitCode().orElseThrow()).isNegative();
        });
        assertThat(client.checkStatus(S, id)).isEqualTo(Status.ENDED);
        assertThat(client.checkStatus(S, 999_999)).isEqualTo(Status.UNKNOWN);
        assertThat(client.killCommand(S, 999_999)).isEqualTo(new CommandKilled("not found", OptionalInt.empty()));
    }

    @Test
    void allThatRunsInASessionIsKilledAndNothingOfAnother() throws Exception {
        client.initializeSession("first", "");
        client.initializeSession("second", "");
        StreamProcess first = client.runCommand("first", "sleep 600");
        StreamProcess second = client.runCommand("second", "sleep 600");

        assertThat(client.killAllProcesses("first")).isTrue();
        assertThat(((CommandExit) first.next()).exitCode()).isNegative();
        assertThat(client.checkStatus("second", second.processId())).isEqualTo(Status.RUNNING);
        assertThat(client.killAllProcesses("second")).isTrue();
        assertThat(((CommandExit) second.next()).exitCode()).isNegative();
    }

    // ---- files

    @Test
    void filesAreWrittenListedReadAndDeleted() throws Exception {
        client.initializeSession("files", "project");
        client.writeFile("files", "src/a.py", "print('ä')\n", true);
        client.makeDirs("files", "empty/folder");

        assertThat(client.readFile("files", "src/a.py")).isEqualTo("print('ä')\n");
        assertThat(client.getAllFilePaths("files")).containsExactly("src/a.py");
        assertThat(client.getAllFilePaths("files", "\\.py$")).containsExactly("src/a.py");
        assertThat(client.getAllFilePaths("files", "^a", "\\.txt$")).isEmpty();
        assertThat(client.fileExists("files", "empty/folder")).isTrue();
        client.deleteFile("files", "src/a.py");
        assertThat(client.fileExists("files", "src/a.py")).isFalse();
        assertThatThrownBy(() -> client.readFile("files", "src/a.py"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.status()).isEqualTo(404));
        assertThatThrownBy(() -> client.readFile("files", "../../etc/passwd")).isInstanceOf(RefusedException.class);
    }

    @Test
    void aFileOfAnyBytesComesWhole(@TempDir Path folder) throws Exception {
        client.runCommand(S, "head -c 3000000 /dev/urandom > noise; sha256sum noise > sum", CommandMode.WAIT);
        client.getFile(S, "noise", folder.resolve("noise"), LIMIT);

        assertThat(client.getFile(S, "noise")).isEqualTo(Files.readAllBytes(folder.resolve("noise")));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve("noise")));
        assertThat(client.readFile(S, "sum")).startsWith(HexFormat.of().formatHex(digest));
    }

    @Test
    void aFileWhoseConnectionIsCutComesWhole(@TempDir Path folder) throws Exception {
        client.runCommand(S, "head -c 3000000 /dev/urandom > cut; sha256sum cut > cut.sum", CommandMode.WAIT);
        try (var proxy = new CuttingProxy(server.address.getPort(), List.of(NEVER, 1_000_000));
                var cut = through(proxy)) {
            cut.getFile(S, "cut", folder.resolve("cut"), LIMIT);
            assertThat(proxy.cuts()).isEqualTo(1);
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve("cut")));
        assertThat(client.readFile(S, "cut.sum")).startsWith(HexFormat.of().formatHex(digest));
    }

    // ---- cuts

    /** Connections of a client through the proxy: its requests first, then one for each time that the streams are cut. */
    private static List<Integer> cuts(long seed, int count) {
        var random = new Random(seed);
        return Stream.concat(
                        Stream.of(NEVER, NEVER),
                        random.ints(count, 2_000, 80_000).boxed().flatMap(bytes -> Stream.of(NEVER, bytes)))
                .toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aStreamThatIsCutAgainAndAgainIsWholeAndNothingComesTwice(long seed) throws Exception {
        String script =
                "import os\nfor i in range(6000):\n os.write(1 + i % 2, b'line %06d' % i); os.write(1 + i % 2, b' ends\\n')";
        client.writeFile(S, "lines.py", script);
        try (var proxy = new CuttingProxy(server.address.getPort(), cuts(seed, 12));
                var cut = through(proxy)) {
            cut.initializeSession("cut" + seed, "");
            client.initializeSession("cut" + seed, "");
            client.writeFile("cut" + seed, "lines.py", script);
            var read = new EnumMap<CommandOutput.Type, StringBuilder>(Map.of(
                    CommandOutput.Type.STDOUT, new StringBuilder(), CommandOutput.Type.STDERR, new StringBuilder()));
            for (CommandEvent event : cut.runCommand("cut" + seed, "exec python3 lines.py")) {
                switch (event) {
                    case CommandOutput output -> read.get(output.type()).append(output.output());
                    case CommandExit exit -> assertThat(exit.exitCode()).isZero();
                    default -> throw new AssertionError(event);
                }
            }
            for (CommandOutput.Type type : CommandOutput.Type.values()) {
                assertThat(read.get(type))
                        .hasToString(IntStream.range(0, 6_000)
                                .filter(i -> i % 2 == type.ordinal())
                                .mapToObj("line %06d ends\n"::formatted)
                                .collect(Collectors.joining()));
            }
            assertThat(proxy.cuts()).isGreaterThan(5);
        }
    }

    @Test
    void aStreamGoesOnAtAServerThatWasKilledAndStartedAgain() throws Exception {
        var other = new RealServer(Path.of(HOME + "-killed"), "SANDJAR_AUTH_KEYS=" + keysOfUsers);
        try (var proxy = new CuttingProxy(other.address.getPort(), List.of());
                var survivor = SandboxClient.builder()
                        .url("http://127.0.0.1:" + proxy.port())
                        .privateKey(keys.privateKey())
                        .reconnectLimit(Duration.ofMinutes(2)) // a server may take its time to start here
                        .build()) {
            StreamProcess process = counting(survivor);
            other.kill();
            other = new RealServer(Path.of(HOME + "-killed"), "SANDJAR_AUTH_KEYS=" + keysOfUsers);
            proxy.moveTo(other.address.getPort());

            assertCounted(counted(survivor, process));
        } finally {
            Kubebox.deleteAll(other);
            other.close();
        }
    }

    /** Counts until it is told to stop, and has begun. */
    private static StreamProcess counting(SandboxClient survivor) throws Exception {
        survivor.initializeSession("survivor", "");
        StreamProcess process = survivor.runCommand(
                "survivor", "i=0; while [ ! -e stop ]; do i=$((i+1)); echo $i; sleep 0.01; done; echo end $i");
        assertThat(process.next().output()).isEqualTo("1\n");
        return process;
    }

    /** The rest, once the server serves again. */
    private static String counted(SandboxClient survivor, StreamProcess process) throws Exception {
        Waiting.until("it is served again", () -> {
            try {
                survivor.writeFile("survivor", "stop", "");
                return true;
            } catch (KubeboxException notYet) {
                return false;
            }
        });
        return text(process);
    }

    private static void assertCounted(String rest) {
        int last = rest.split("\n").length; // with the first, which was read before, without "end"
        assertThat(rest)
                .isEqualTo(
                        IntStream.rangeClosed(2, last).mapToObj(i -> i + "\n").collect(Collectors.joining()) + "end "
                                + last + "\n");
    }

    @Test
    @Order(Integer.MAX_VALUE) // after all others, so that little is left to wait for
    void aStreamGoesOnAtAServerThatStoodStillForLongerThanAPing() throws Exception {
        assertCounted(stoodStill.get(90, TimeUnit.SECONDS));
    }

    /** Pings and the patience for them are 85 seconds together, after which the client looks for another connection, and the server for none. */
    @Test
    @Tag("long")
    @Timeout(300)
    void aStreamGoesOnAtAServerThatStoodStillForLongerThanItsClientWaits() {
        assertCounted(standStill(Duration.ofSeconds(95)));
    }

    /** What is counted by a server of its own meanwhile, but for the first. */
    private static String standStill(Duration time) {
        try (var other = new RealServer(Path.of(HOME + "-still-" + time), "SANDJAR_AUTH_KEYS=" + keysOfUsers);
                var survivor = SandboxClient.builder()
                        .url(other.address.toString())
                        .privateKey(keys.privateKey())
                        .reconnectLimit(Duration.ofMinutes(2))
                        .build()) {
            StreamProcess process = counting(survivor);
            other.signal("STOP");
            try {
                new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS); // that is what is tested
            } finally {
                other.signal("CONT");
            }
            String rest = counted(survivor, process);
            Kubebox.deleteAll(other);
            return rest;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSlowReaderMakesItsCommandWaitAndLosesNothing() throws Exception {
        StreamProcess slow = client.runCommand(
                S,
                "for i in $(seq 30); do head -c 1000000 /dev/zero | tr '\\0' x | fold -w 50000; echo; echo $i > progress; done");
        Waiting.until("it has to wait", stands("progress"));
        assertThat(client.readFile(S, "progress").strip()).isNotEqualTo("30");

        long count = 0;
        for (CommandEvent event : slow) {
            count += event.output().chars().filter(c -> c == 'x').count();
        }
        assertThat(count).isEqualTo(30_000_000);
    }

    /** Asked again and again: whether a file has stayed the same for long. */
    private static Callable<Boolean> stands(String path) {
        var before = new AtomicReference<>("");
        var since = new AtomicLong();
        return () -> {
            String now = client.fileExists(S, path) ? client.readFile(S, path) : "";
            if (now.isEmpty() || !now.equals(before.getAndSet(now))) {
                since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > 500_000_000;
        };
    }

    // ---- the example

    @ParameterizedTest
    @ValueSource(strings = {"README", "CLUSTER"})
    void theReadmeShowsTheExample(String mark) throws Exception {
        Path source = Path.of("../compat/kubebox/src/test/java/dev/sandjar/compat/kubebox/example/Example.java");
        String region = Files.readString(source)
                .split(" *// " + mark + "\n")[1]
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(Path.of("../compat/kubebox/README.md"))).contains("```java\n" + region + "\n```");
    }

    @Test
    void theExamplePrintsWhatTheReadmeSays() throws Exception {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of("../compat/kubebox/target/test-classes").toAbsolutePath() + ":"
                                + System.getProperty("java.class.path"),
                        "dev.sandjar.compat.kubebox.example.Example",
                        server.address.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(Keys.PRIVATE_KEY_VARIABLE, keys.privateKey());
        Process example = builder.start();
        String said = new String(example.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(example.waitFor()).isZero();
        assertThat(Files.readString(Path.of("../compat/kubebox/README.md"))).contains("```\n" + said + "```");
    }
}
