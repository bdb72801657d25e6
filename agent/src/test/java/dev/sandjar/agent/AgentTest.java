package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What PROTOCOL.md promises, asked of the real agent through the real link. */
@Timeout(120)
class AgentTest {
    private static final Duration LIMIT = RealAgent.LIMIT;
    private static final int SMALLEST_JOURNAL = 64 * 1024;

    private RealAgent agent;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        agent = new RealAgent();
        link = agent.link();
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        agent.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
    exit code comes from wait      | exit 43                                | ""    | EXITED | 43
    no newline is added            | printf x                               | x     | EXITED | 0
    stderr stays apart             | echo err >&2; printf out               | out   | EXITED | 0
    a missing program is 127       | no-such-program 2>/dev/null            | ""    | EXITED | 127
    a signal is told as one        | kill -TERM $$                          | ""    | KILLED | 15
    a child keeps the pipe open    | sleep 100 & echo here                  | "here\n" | EXITED | 0
    stdin reads the end at once    | cat; echo end                          | "end\n" | EXITED | 0
    """)
    void runs(String what, String script, String stdout, Replies.How how, long value) throws Exception {
        Ran ran = run("sh", "-c", script);
        assertThat(ran.stdout()).isEqualTo(stdout.replace("\\n", "\n"));
        assertThat(ran.ended()).isEqualTo(new Replies.Ended(how, value));
    }

    @Test
    void aProgramThatDoesNotExistEndsWith127AndAMessage() throws Exception {
        Ran ran = run("no-such-program");
        assertThat(ran.ended()).isEqualTo(new Replies.Ended(Replies.How.EXITED, 127));
        assertThat(ran.stderr()).isEqualTo("sandjar: no-such-program: not found\n");
    }

    @Test
    void aProgramThatMayNotBeExecutedEndsWith126() throws Exception {
        Ran ran = run("/etc/passwd");
        assertThat(ran.ended()).isEqualTo(new Replies.Ended(Replies.How.EXITED, 126));
        assertThat(ran.stderr()).isEqualTo("sandjar: /etc/passwd: Permission denied\n");
    }

    @Test
    void everyByteComesThrough() throws Exception {
        Ran ran = run("python3", "-c", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)");
        assertThat(ran.out()).hasSize(256_000);
        for (int i = 0; i < 256_000; i++) {
            assertThat(ran.out()[i]).isEqualTo((byte) i);
        }
    }

    @Test
    void aTimeoutKillsTheWholeTreeAlsoWhatHasASessionOfItsOwn() throws Exception {
        Path mark = agent.folder.resolve("mark");
        var id = UUID.randomUUID();
        start(
                id,
                Duration.ofMillis(700),
                Requests.HOLD,
                "sh",
                "-c",
                "setsid sh -c 'echo $$ > mark; while :; do sleep 1; done' & wait");
        Ran ran = follow(link, id, 0);
        assertThat(ran.ended()).isEqualTo(new Replies.Ended(Replies.How.TIMED_OUT, 700));
        assertThat(Path.of("/proc", Files.readString(mark).strip(), "exe")).doesNotExist();
    }

    @Test
    void killingTheTreeLeavesNoDescendant() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "sh", "-c", "setsid sleep 1000 & echo $!; exec sleep 1000");
        Channel follow = link.open(Requests.follow(id, 0, 3, true));
        follow.reply(LIMIT);
        var first = (Frame.Output) follow.take(LIMIT);
        String pid = StandardCharsets.UTF_8
                .decode(first.bytes().duplicate())
                .toString()
                .strip();
        link.open(Requests.signal(id, 9, true)).reply(LIMIT);
        assertThat(follow.take(LIMIT))
                .isInstanceOfSatisfying(
                        Frame.Event.class,
                        event -> assertThat(ended(event)).isEqualTo(new Replies.Ended(Replies.How.KILLED, 9)));
        assertThat(Path.of("/proc", pid, "exe")).doesNotExist();
    }

    @Test
    void aCommandThatKillsItsSupervisorForgesNoEnding() throws Exception {
        Ran ran = run("sh", "-c", "kill -9 $PPID; while kill -0 $PPID; do :; done; exit 7");
        assertThat(ran.ended()).isEqualTo(new Replies.Ended(Replies.How.EXITED, 7));
    }

    @Test
    void aCommandThatKillsItsSupervisorHasItsTimeLimitAllTheSame() throws Exception {
        var id = UUID.randomUUID();
        start(id, Duration.ofMillis(500), Requests.HOLD, "sh", "-c", "kill -9 $PPID; exec sleep 1000");
        assertThat(follow(link, id, 0).ended()).isEqualTo(new Replies.Ended(Replies.How.TIMED_OUT, 500));
    }

    @Test
    void aCommandThatStopsItsSupervisorCanBeKilled() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "sh", "-c", "kill -STOP $PPID; echo stopped; exec sleep 1000");
        Channel follow = link.open(Requests.follow(id, 0, 3, true));
        follow.reply(LIMIT);
        follow.take(LIMIT);
        link.open(Requests.signal(id, 9, true)).reply(LIMIT);
        assertThat(follow.take(LIMIT))
                .isInstanceOfSatisfying(
                        Frame.Event.class,
                        event -> assertThat(ended(event)).isEqualTo(new Replies.Ended(Replies.How.KILLED, 9)));
    }

    @Test
    void outputIsKeptWhileNobodyIsConnected() throws Exception {
        var id = UUID.randomUUID();
        run("mkfifo", "fifo");
        start(id, LIMIT, Requests.HOLD, "sh", "-c", "echo one; read x < fifo; echo two; exit 3");
        link.close();
        link = agent.link();
        run("sh", "-c", "echo > fifo");
        Ran ran = follow(link, id, 0);
        assertThat(ran.stdout()).isEqualTo("one\ntwo\n");
        assertThat(ran.ended().value()).isEqualTo(3);
    }

    @Test
    void aSecondFollowerReadsTheSameBytesFromAnyOffset() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "seq", "100000");
        Ran whole = follow(link, id, 0);
        Ran rest = follow(link, id, 1_000);
        assertThat(rest.out()).isEqualTo(java.util.Arrays.copyOfRange(whole.out(), 1_000, whole.out().length));
    }

    @Test
    void heldOutputWaitsForItsReader() throws Exception {
        var id = UUID.randomUUID();
        link.open(Requests.start(
                        id,
                        List.of("head", "-c", "5000000", "/dev/zero"),
                        List.of(),
                        "",
                        Requests.HOLD,
                        LIMIT,
                        24,
                        80,
                        65_536))
                .reply(LIMIT);
        link.open(Requests.ping()).reply(LIMIT);
        Replies.CommandStatus status =
                Replies.status(link.open(Requests.status(id)).reply(LIMIT));
        assertThat(status.ending().how()).isEqualTo(Replies.How.RUNNING);
        assertThat(status.oldest()).isZero();
        assertThat(follow(link, id, 0).out()).hasSize(5_000_000);
    }

    @Test
    void commandsThatAreFollowedDoNotPushOutOneThatEnded() throws Exception {
        var first = UUID.randomUUID();
        start(first, LIMIT, 0, "echo", "first");
        follow(link, first, 0);
        for (int i = 0; i < 70; i++) {
            var id = UUID.randomUUID();
            start(id, LIMIT, 0, "head", "-c", "300000", "/dev/zero"); // more than a channel may send unasked
            link.open(Requests.follow(id, 0, Requests.BOTH_STREAMS, true)).reply(LIMIT);
            awaitEnding(id);
        }
        assertThat(follow(link, first, 0).stdout()).isEqualTo("first\n");
    }

    @Test
    void whatEndedBeforeAnybodyCouldReadItIsThereForHisReaderAmongManyOthers() throws Exception {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 200; i++) {
            ids.add(UUID.randomUUID());
            start(ids.getLast(), LIMIT, Requests.HOLD, "echo", Integer.toString(i));
        }
        for (UUID id : ids) {
            awaitEnding(id);
        }
        for (int i = 0; i < ids.size(); i++) {
            assertThat(follow(link, ids.get(i), 0).stdout()).isEqualTo(i + "\n");
        }
    }

    private void awaitEnding(UUID id) throws Exception {
        Channel end = link.open(Requests.follow(id, 0, Requests.NO_STREAM, false));
        end.reply(LIMIT);
        assertThat(end.take(LIMIT)).isInstanceOf(Frame.Event.class);
    }

    @Test
    void outputThatIsNotHeldIsForgottenAndTheReaderIsTold() throws Exception {
        var id = UUID.randomUUID();
        link.open(Requests.start(
                        id, List.of("head", "-c", "5000000", "/dev/zero"), List.of(), "", 0, LIMIT, 24, 80, 65_536))
                .reply(LIMIT);
        awaitEnding(id);
        Ran late = follow(link, id, 0);
        assertThat(late.gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.from()).isZero();
            assertThat(gap.to() + late.out().length).isEqualTo(5_000_000);
        });
    }

    @Test
    void inputReachesTheCommandAndItsEndToo() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD | Requests.STDIN, "sh", "-c", "cat; echo done");
        Channel input = link.open(Requests.input(id));
        input.reply(LIMIT);
        byte[] much = "x".repeat(3_000_000).getBytes(StandardCharsets.UTF_8);
        var writer = Thread.ofVirtual().start(() -> {
            try {
                input.send(ByteBuffer.wrap(much));
                input.sendEof();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(follow(link, id, 0).stdout()).hasSize(3_000_005).endsWith("xdone\n");
        writer.join();
        assertThat(input.take(LIMIT)).isNull();
    }

    @Test
    void aTerminalEchoesAndKnowsItsSize() throws Exception {
        var id = UUID.randomUUID();
        start(
                id,
                LIMIT,
                Requests.HOLD | Requests.TERMINAL,
                "sh",
                "-c",
                "stty size; read line; stty size; echo got $line; tty -s && echo tty");
        Channel follow = link.open(Requests.follow(id, 0, 3, true));
        follow.reply(LIMIT);
        assertThat(RealAgent.text(follow.take(LIMIT))).isEqualTo("24 80\r\n");
        link.open(Requests.resize(id, 50, 132)).reply(LIMIT);
        Channel input = link.open(Requests.input(id));
        input.reply(LIMIT);
        input.send(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.UTF_8)));
        var rest = new StringBuilder();
        for (Frame frame = follow.take(LIMIT); frame instanceof Frame.Output; frame = follow.take(LIMIT)) {
            rest.append(RealAgent.text(frame));
        }
        assertThat(rest.toString()).isEqualTo("hello\r\n50 132\r\ngot hello\r\ntty\r\n");
    }

    @Test
    void aPortIsDialledAndEachDirectionEndsByItself() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = link.open(Requests.dial(server.getLocalPort()));
            var peer = server.accept();
            channel.reply(LIMIT);
            channel.send(ByteBuffer.wrap("question".getBytes(StandardCharsets.UTF_8)));
            channel.sendEof();
            assertThat(peer.getInputStream().readAllBytes()).asString().isEqualTo("question");
            peer.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            peer.close();
            assertThat(RealAgent.text(channel.take(LIMIT))).isEqualTo("answer");
            assertThat(channel.take(LIMIT)).isInstanceOf(Frame.Eof.class);
            assertThat(channel.take(LIMIT)).isNull();
        }
    }

    @Test
    void aConnectionThatIsResetDoesNotEndAsIfItWereWhole() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = link.open(Requests.dial(server.getLocalPort()));
            var peer = server.accept();
            channel.reply(LIMIT);
            peer.getOutputStream().write("half".getBytes(StandardCharsets.UTF_8));
            assertThat(RealAgent.text(channel.take(LIMIT))).isEqualTo("half");
            peer.setSoLinger(true, 0);
            peer.close();
            RealAgent.assertRefused(AgentError.IO, () -> channel.take(LIMIT));
        }
    }

    @Test
    void whatWasSentBeforeAConnectionIsClosedArrives() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = link.open(Requests.dial(server.getLocalPort()));
            try (var peer = server.accept()) {
                channel.reply(LIMIT);
                channel.send(ByteBuffer.wrap("last words".getBytes(StandardCharsets.UTF_8)));
                channel.close();
                assertThat(peer.getInputStream().readAllBytes()).asString().isEqualTo("last words");
            }
        }
    }

    @Test
    void programsInTheSandboxReachAPortThatTheEngineListensOn() throws Exception {
        Channel listening = link.open(Requests.listen(0));
        int port = Replies.port(listening.reply(LIMIT));
        Channel early = listening.open(Requests::accept);
        for (int round = 0; round < 3; round++) {
            try (var peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Channel channel = round == 0 ? early : listening.open(Requests::accept);
                channel.reply(LIMIT);
                peer.getOutputStream().write("question".getBytes(StandardCharsets.UTF_8));
                peer.shutdownOutput();
                assertThat(RealAgent.text(channel.take(LIMIT))).isEqualTo("question");
                assertThat(channel.take(LIMIT)).isInstanceOf(Frame.Eof.class);
                channel.send(ByteBuffer.wrap("answer".getBytes(StandardCharsets.UTF_8)));
                channel.sendEof();
                assertThat(peer.getInputStream().readAllBytes()).asString().isEqualTo("answer");
                assertThat(channel.take(LIMIT)).isNull();
            }
        }
        RealAgent.assertRefused(
                AgentError.EXISTS, () -> link.open(Requests.listen(port)).reply(LIMIT));
        Channel waiting = listening.open(Requests::accept);
        listening.close();
        RealAgent.assertRefused(AgentError.STATE, () -> waiting.reply(LIMIT));
        RealAgent.assertRefused(
                AgentError.INVALID, () -> listening.open(Requests::accept).reply(LIMIT));
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void whatListensEndsWithItsLink() throws Exception {
        int port = ThreadLocalRandom.current().nextInt(10_000, 30_000); // the kernel gives these to nobody by itself
        Channel listening = link.open(Requests.listen(port));
        listening.reply(LIMIT);
        listening.open(Requests::accept);
        link.close(); // its socket is closed a moment later, by the thread that reads it
        link = agent.link();
        while (isListening(port)) {
            Thread.onSpinWait();
        }
        assertThat(Replies.port(link.open(Requests.listen(port)).reply(LIMIT))).isEqualTo(port);
    }

    private static boolean isListening(int port) throws IOException {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    @Test
    void aBackgroundChildMayWriteOnWhileTheOtherStreamIsStillRead() throws Exception {
        var id = UUID.randomUUID();
        try (var watch = agent.folder.getFileSystem().newWatchService()) {
            agent.folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            List<String> argv = List.of("python3", "-c", """
                    import os, time
                    parent = os.getpid()
                    if os.fork() == 0:
                        os.close(1)
                        while os.getppid() == parent:
                            time.sleep(0.001)
                        open("orphan", "w").close()
                        while not os.path.exists("read"):
                            os.write(2, b"x")
                            time.sleep(0.001)
                        os.write(2, b"x")
                        open("alive", "w").close()
                        os._exit(0)
                    os.write(1, b"y" * (65_536 + 60_000)) # all of the journal, and most of the pipe
                    """);
            Replies.pid(
                    link.open(Requests.start(id, argv, List.of(), "", Requests.HOLD, LIMIT, 24, 80, SMALLEST_JOURNAL))
                            .reply(LIMIT));
            awaitFile(watch, "orphan");
            Channel follow = link.open(Requests.followConfirming(id, 0, Requests.BOTH_STREAMS));
            follow.reply(LIMIT);
            for (Frame frame = follow.take(LIMIT); frame instanceof Frame.Output; frame = follow.take(LIMIT)) {
                follow.taken(end(frame));
            }
            Files.createFile(agent.folder.resolve("read"));
            awaitFile(watch, "alive");
        }
    }

    private static void awaitFile(WatchService watch, String name) throws Exception {
        while (true) {
            WatchKey key = watch.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(key).as("waited in vain for " + name).isNotNull();
            if (key.pollEvents().stream()
                    .anyMatch(event -> event.context().toString().equals(name))) {
                key.reset();
                return;
            }
            key.reset();
        }
    }

    @Test
    void aPortThatNobodyListensOnIsRefused() throws Exception {
        int free;
        try (var server = new ServerSocket(0)) {
            free = server.getLocalPort();
        }
        RealAgent.assertRefused(
                AgentError.REFUSED, () -> link.open(Requests.dial(free)).reply(LIMIT));
    }

    @Test
    void frozenProcessesStandStillUntilTheyAreThawed() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "sleep", "1000");
        link.open(Requests.freeze()).reply(LIMIT);
        int pid = Replies.status(link.open(Requests.status(id)).reply(LIMIT)).pid();
        assertThat(Files.readString(Path.of("/proc/" + pid + "/stat"))).contains(") T ");
        link.open(Requests.thaw()).reply(LIMIT);
        assertThat(Files.readString(Path.of("/proc/" + pid + "/stat"))).doesNotContain(") T ");
        link.open(Requests.killAll()).reply(LIMIT);
        assertThat(follow(link, id, 0).ended().how()).isEqualTo(Replies.How.KILLED);
    }

    @Test
    void aTerminalLosesNothingOfWhatWasWrittenJustBeforeTheEnd() throws Exception {
        for (int round = 0; round < 50; round++) {
            var id = UUID.randomUUID();
            start(id, LIMIT, Requests.TERMINAL | Requests.HOLD, "seq", "1", "3000");
            assertThat(new String(follow(link, id, 0).out(), StandardCharsets.UTF_8))
                    .as("round %d", round)
                    .endsWith("\r\n3000\r\n");
        }
    }

    @Test
    void aTimeoutEndsAFrozenCommandToo() throws Exception {
        var id = UUID.randomUUID();
        start(id, Duration.ofMillis(300), Requests.HOLD, "sleep", "1000");
        link.open(Requests.freeze()).reply(LIMIT);
        assertThat(follow(link, id, 0).ended()).isEqualTo(new Replies.Ended(Replies.How.TIMED_OUT, 300));
    }

    @Test
    void theAgentEndsWithItsLease() throws Exception {
        link.open(Requests.lease(Duration.ofMillis(50), Duration.ZERO));
        agent.awaitEnd();
    }

    @Test
    void aCommandMayRunForLongerThanTheIdleLimitAndIsHeardToItsEnd() throws Exception {
        link.open(Requests.lease(Duration.ZERO, Duration.ofMillis(500))).reply(LIMIT);
        assertThat(run("sleep", "1").ended()).isEqualTo(new Replies.Ended(Replies.How.EXITED, 0));
        agent.awaitEnd(); // by then it was idle
    }

    @Test
    void whoeverOnlyLooksDoesNotKeepIt() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "echo", "out");
        assertThat(follow(link, id, 0).stdout()).isEqualTo("out\n");
        link.open(Requests.lease(Duration.ZERO, Duration.ofMillis(500))).reply(LIMIT);
        assertThatThrownBy(() -> {
                    for (long end = System.nanoTime() + LIMIT.toNanos(); System.nanoTime() < end; ) {
                        look(Requests.stats());
                        look(Requests.processes());
                        look(Requests.commands());
                        look(Requests.status(id));
                        look(Requests.ping());
                        look(Requests.follow(id, 0, Requests.BOTH_STREAMS, false));
                    }
                })
                .isInstanceOf(LinkCutException.class);
        agent.awaitEnd();
    }

    /** At the reply, the rest of it is not waited for. */
    private void look(Request request) throws Exception {
        try (Channel channel = link.open(request)) {
            channel.reply(LIMIT);
        }
    }

    @Test
    void aCommandIdIsUsedOnce() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, 0, "true");
        RealAgent.assertRefused(AgentError.EXISTS, () -> start(id, LIMIT, 0, "true"));
    }

    @Test
    void theCommandGetsThreeDescriptorsAndNoMore() throws Exception {
        assertThat(run("sh", "-c", "ls /proc/self/fd | wc -l").stdout().strip()).isEqualTo("4"); // ls opens the folder
    }

    @Test
    void manyCommandsAtOnceAllEndAsTheyShould() throws Exception {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 60; i++) {
            ids.add(UUID.randomUUID());
            start(ids.get(i), LIMIT, Requests.HOLD, "sh", "-c", "seq 1000; exit " + i);
        }
        for (int i = 0; i < 60; i++) {
            Ran ran = follow(link, ids.get(i), 0);
            assertThat(ran.ended().value()).isEqualTo(i);
            assertThat(ran.out()).hasSize(3_893);
        }
    }

    /** Its supervisor is a fork of the agent: it would hold what the agent forgets, and each of many would. */
    @Test
    void aCommandDoesNotHoldTheOutputOfOthersInMemory() throws Exception {
        stop();
        agent = new RealAgent("sandjar-agent-x86_64", ""); // as it is shipped: the other keeps what was freed
        link = agent.link();
        int before = memoryOfASupervisor();
        for (int i = 0; i < 16; i++) {
            run("head", "-c", "1000000", "/dev/zero");
        }
        assertThat(memoryOfASupervisor() - before).isLessThan(4_000);
    }

    private int memoryOfASupervisor() throws Exception { // KiB
        return Integer.parseInt(
                run("sh", "-c", "grep VmRSS /proc/$PPID/status").stdout().replaceAll("\\D", ""));
    }

    @Test
    void whatWritesOftenAndWhatWritesSeldomBothComeWhole() throws Exception {
        var busy = new ArrayList<UUID>();
        for (int i = 0; i < 8; i++) {
            busy.add(UUID.randomUUID());
            start(
                    busy.get(i),
                    LIMIT,
                    Requests.HOLD,
                    "sh",
                    "-c",
                    "i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(run("sh", "-c", "echo one; exit 5").stdout()).isEqualTo("one\n");
        }
        for (UUID id : busy) {
            assertThat(follow(link, id, 0).out()).hasSize(13_890);
        }
    }

    /** What was sent but not taken may have been lost on its way. */
    @Test
    void whatHasEndedAndWasNotTakenIsThereForHisReaderAmongManyOthers() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "echo", "to read again");
        readToTheEnd(id);
        link.close();
        link = agent.link();
        for (int i = 0; i < 100; i++) {
            var other = UUID.randomUUID();
            start(other, LIMIT, 0, "echo", "x");
            follow(link, other, 0);
        }
        assertThat(follow(link, id, 0).stdout()).isEqualTo("to read again\n");
    }

    @Test
    void whatNobodyHasReadIsThereAmongManyThatWereRead() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "echo", "precious");
        awaitEnding(id);
        for (int i = 0; i < 40; i++) {
            var other = UUID.randomUUID();
            start(other, LIMIT, Requests.HOLD, "head", "-c", "1000000", "/dev/zero");
            readToTheEnd(other).close();
        }
        assertThat(follow(link, id, 0).stdout()).isEqualTo("precious\n");
    }

    @Test
    void whatWasReadToItsEndCanBeForgottenThoughItsReaderHasNotLetGo() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "echo", "x");
        Channel reader = readToTheEnd(id);
        link.open(Requests.forget(id)).reply(LIMIT);
        assertThat(reader.take(LIMIT)).isNull();
        assertThatThrownBy(() -> follow(link, id, 0)).hasMessageContaining("no such command");
    }

    /** As the engine does it. */
    private Channel readToTheEnd(UUID id) throws Exception {
        Channel reader = link.open(Requests.followConfirming(id, 0, Requests.BOTH_STREAMS));
        reader.reply(LIMIT);
        Frame frame = reader.take(LIMIT);
        while (frame instanceof Frame.Output) {
            frame = reader.take(LIMIT);
        }
        assertThat(frame).isInstanceOf(Frame.Event.class);
        return reader;
    }

    @Test
    void aReaderThatStopsStallsNobodyElse() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "head", "-c", "50000000", "/dev/zero");
        Channel slow = link.open(Requests.follow(id, 0, 3, true));
        slow.reply(LIMIT);
        assertThat(run("echo", "fast").stdout()).isEqualTo("fast\n");
        slow.close();
    }

    @Test
    void channelsTakeTurnsAlsoWhenTheSocketHasRoomForFewOfThem() throws Exception {
        int many = 30;
        try (SocketChannel socket = agent.connect()) {
            var reader = new FrameReader(socket);
            Handshake.asEngine(reader, socket, agent.key);
            for (int channel = 1; channel <= many; channel++) {
                var id = UUID.randomUUID();
                start(id, LIMIT, Requests.HOLD, "cat", "/dev/zero");
                Request follow = Requests.follow(id, 0, Requests.BOTH_STREAMS, true);
                send(socket, new Frame.Open(channel, follow.kind(), follow.payload()));
                send(socket, new Frame.Credit(channel, 3 << 20));
            }
            var outputs = new int[many + 1];
            for (int i = 0; i < 40 * many; i++) {
                Frame frame = reader.read();
                if (i >= 20 * many && frame instanceof Frame.Output output) { // before, not all have begun
                    outputs[output.channel()]++;
                }
            }
            assertThat(Arrays.stream(outputs, 1, many + 1).min().orElseThrow()).isGreaterThan(10); // of 20
        }
    }

    private static void send(SocketChannel socket, Frame frame) throws IOException {
        for (ByteBuffer bytes : FrameWriter.encode(frame)) {
            socket.write(bytes);
        }
    }

    @Test
    void whatWasSentAndNotTakenIsStillThereForTheNextFollower() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "head", "-c", "8000000", "/dev/zero");
        Channel first = link.open(Requests.followConfirming(id, 0, Requests.BOTH_STREAMS));
        first.reply(LIMIT);
        for (long at = 0; at < 700_000; ) {
            at = end(first.take(LIMIT));
            first.taken(100_000);
        }
        link.close();
        link = agent.link();
        Channel second = link.open(Requests.followConfirming(id, 100_000, Requests.BOTH_STREAMS));
        second.reply(LIMIT);
        long at = 100_000;
        for (Frame frame = second.take(LIMIT); frame instanceof Frame.Output output; frame = second.take(LIMIT)) {
            assertThat(output.offset()).isEqualTo(at);
            at = end(frame);
            second.taken(at);
        }
        assertThat(at).isEqualTo(8_000_000);
    }

    @Test
    void whoComesBackBeforeItsOldLinkIsKnownToBeCutIsNotHeldUpByIt() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "head", "-c", "8000000", "/dev/zero");
        Channel old = link.open(Requests.followConfirming(id, 0, Requests.BOTH_STREAMS));
        old.reply(LIMIT);
        old.take(LIMIT);
        try (Link newer = agent.link()) {
            Channel follow = newer.open(Requests.followConfirming(id, 0, Requests.BOTH_STREAMS));
            follow.reply(LIMIT);
            link.close();
            long at = 0;
            for (Frame frame = follow.take(LIMIT); frame instanceof Frame.Output; frame = follow.take(LIMIT)) {
                at = end(frame);
                follow.taken(at);
            }
            assertThat(at).isEqualTo(8_000_000);
        }
    }

    @Test
    void aFollowerOfOneStreamDoesNotHoldTheOther() throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, "sh", "-c", "echo x; head -c 8000000 /dev/zero >&2; echo y");
        Channel follow = link.open(Requests.followConfirming(id, 0, 1));
        follow.reply(LIMIT);
        follow.taken(end(follow.take(LIMIT)));
        assertThat(((Frame.Output) follow.take(LIMIT)).bytes()).isEqualTo(ByteBuffer.wrap(new byte[] {'y', '\n'}));
    }

    // ----

    private static long end(Frame frame) {
        var output = (Frame.Output) frame;
        return output.offset() + output.bytes().remaining();
    }

    private record Ran(Replies.Ended ended, byte[] out, byte[] err, List<Replies.Gap> gaps) {
        String stdout() {
            return new String(out, StandardCharsets.UTF_8);
        }

        String stderr() {
            return new String(err, StandardCharsets.UTF_8);
        }
    }

    private Ran run(String... argv) throws Exception {
        var id = UUID.randomUUID();
        start(id, LIMIT, Requests.HOLD, argv);
        return follow(link, id, 0);
    }

    private void start(UUID id, Duration limit, int flags, String... argv) throws Exception {
        Replies.pid(link.open(Requests.start(id, List.of(argv), List.of(), "", flags, limit, 24, 80, 1 << 20))
                .reply(LIMIT));
    }

    private static Ran follow(Link link, UUID id, long offset) throws Exception {
        Channel follow = link.open(Requests.follow(id, offset, Requests.BOTH_STREAMS, true));
        follow.reply(LIMIT);
        var out = new java.io.ByteArrayOutputStream();
        var err = new java.io.ByteArrayOutputStream();
        var gaps = new ArrayList<Replies.Gap>();
        Replies.Ended ended = null;
        for (Frame frame = follow.take(LIMIT); frame != null; frame = follow.take(LIMIT)) {
            switch (frame) {
                case Frame.Output output -> {
                    byte[] bytes = new byte[output.bytes().remaining()];
                    output.bytes().duplicate().get(bytes);
                    (output.stream() == 1 ? out : err).writeBytes(bytes);
                }
                case Frame.Event event when event.event() == 1 -> gaps.add(Replies.gap(event.payload()));
                case Frame.Event event -> ended = ended(event);
                default -> throw new AssertionError(frame);
            }
        }
        return new Ran(ended, out.toByteArray(), err.toByteArray(), gaps);
    }

    private static Replies.Ended ended(Frame.Event event) {
        try {
            return Replies.endOfOutput(event.payload()).ending();
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }
}
