package dev.sandjar.agent;

import static dev.sandjar.agent.RealAgent.LIMIT;
import static dev.sandjar.agent.RealAgent.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the agent tells of processes, and which of them it signals. */
@Timeout(120)
class AgentProcessesTest {
    private static final UUID NONE = new UUID(0, 0);

    private RealAgent agent;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        agent = new RealAgent();
        link = agent.link();
    }

    @AfterEach
    void stop() throws Exception {
        link.open(Requests.killAll()).reply(LIMIT);
        link.close();
        agent.close();
    }

    @Test
    void allAreListedWhoeverStartedThem() throws Exception {
        var id = UUID.randomUUID();
        started(id, "sh", "-c", "setsid sleep 1000 & echo; exec sleep 1001");
        Replies.ProcessStatus command = find("sleep", "1001");
        Replies.ProcessStatus child = find("sleep", "1000");
        assertThat(list()).hasSize(2);
        assertThat(command.command()).isEqualTo(id);
        assertThat(command.parent()).isZero();
        assertThat(command.name()).isEqualTo("sleep");
        assertThat(command.state()).isIn('R', 'S', 'D');
        assertThat(command.cut()).isFalse();
        assertThat(child.command()).isEqualTo(id);
        assertThat(child.parent()).isEqualTo(command.pid());
        while (find("sleep", "1001").resident() == 0) {
            // the kernel counts in batches
        }
        assertThat(command.startedMillis())
                .isBetween(System.currentTimeMillis() - LIMIT.toMillis(), System.currentTimeMillis() + 100);
    }

    @Test
    void whatHasLeftItsCommandIsListedAndCanBeSignalled() throws Exception {
        var id = UUID.randomUUID();
        started(id, "sh", "-c", "setsid sleep 1000 & echo");
        ended(id);
        Replies.ProcessStatus left = find("sleep", "1000");
        assertThat(left.command()).isEqualTo(NONE);
        assertThat(left.parent()).isZero();
        signal(left, 15);
        awaitGone(left.pid());
        assertThat(list()).isEmpty();
        assertRefused(AgentError.NOT_FOUND, () -> signal(left, 15));
    }

    @Test
    void aSignalStrikesOneProcessAlone() throws Exception {
        started(UUID.randomUUID(), "sh", "-c", "sleep 1000 & sleep 1001 & echo; wait");
        Replies.ProcessStatus one = find("sleep", "1000");
        signal(one, 9);
        awaitGone(one.pid());
        assertThat(list()).hasSize(2);
        find("sleep", "1001");
    }

    @Test
    void aCommandThatWasSignalledByItsNumberEndsAsKilled() throws Exception {
        var id = UUID.randomUUID();
        started(id, "sh", "-c", "echo; exec sleep 1000");
        signal(find("sleep", "1000"), 9);
        assertThat(ended(id)).isEqualTo(new Replies.Ended(Replies.How.KILLED, 9));
    }

    @Test
    void theAgentItsSupervisorsAndItsHelpersAreNeitherListedNorSignalled() throws Exception {
        var id = UUID.randomUUID();
        started(id, "sh", "-c", "echo; exec sleep 1000");
        Channel sftp = link.open(Requests.sftp());
        sftp.reply(LIMIT);
        assertThat(list()).hasSize(1);
        List<ProcessHandle> own =
                new ArrayList<>(agent.process().children().toList()); // the supervisor, and the session of SFTP
        assertThat(own).hasSize(2);
        own.add(agent.process());
        for (ProcessHandle process : own) {
            assertRefused(AgentError.DENIED, () -> signal((int) process.pid(), 0, 9));
            assertThat(process.isAlive()).isTrue();
        }
        sftp.close();
    }

    @Test
    void whatRunsOutsideIsNeitherListedNorSignalled() throws Exception {
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            assertThat(list()).isEmpty();
            assertRefused(AgentError.NOT_FOUND, () -> signal((int) other.pid(), 0, 9));
            assertRefused(AgentError.NOT_FOUND, () -> signal(1, 0, 9));
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void aNumberThatIsUsedAgainIsAnotherProcess() throws Exception {
        var first = UUID.randomUUID();
        started(first, "sh", "-c", "setsid sleep 1000 & echo");
        ended(first);
        Replies.ProcessStatus old = find("sleep", "1000");
        signal(old, 9);
        awaitGone(old.pid());
        started(UUID.randomUUID(), "python3", "-c", """
                import os, time
                while True:
                    with open("/proc/sys/kernel/ns_last_pid", "w") as last: last.write("%d")
                    pid = os.fork()
                    if pid == 0:
                        time.sleep(1000)
                    if pid == %d:
                        break
                    os.kill(pid, 9); os.wait()
                print(flush=True)
                time.sleep(1000)
                """.formatted(old.pid() - 1, old.pid()));
        Replies.ProcessStatus young = list().stream()
                .filter(process -> process.pid() == old.pid())
                .findFirst()
                .orElseThrow();
        assertThat(young.startedMillis()).isGreaterThan(old.startedMillis());
        assertRefused(AgentError.NOT_FOUND, () -> signal(old, 9));
        assertThat(list()).extracting(Replies.ProcessStatus::pid).contains(young.pid());
    }

    @Test
    void wordsOfAnySizeAndKindAreToldAsTheyAreAndCut() throws Exception {
        String hostile = "\u001b[2J\n\r\u009b1m ü ".repeat(7_000);
        var id = UUID.randomUUID();
        started(id, "python3", "-c", "import time; print(flush=True); time.sleep(1000)", "", "", hostile);
        Replies.ProcessStatus process = list().getFirst();
        assertThat(process.cut()).isTrue();
        assertThat(process.words().remaining()).isEqualTo(4_096);
        assertThat(words(process).subList(3, 5)).containsExactly("", "");
        assertThat(words(process).getLast()).startsWith("\u001b[2J\n\r\u009b1m ü \u001b[2J");
    }

    @Test
    void aNameIsWhateverTheProcessMakesOfIt() throws Exception {
        started(UUID.randomUUID(), "python3", "-c", """
                import ctypes, time
                ctypes.CDLL(None).prctl(15, b"a) S 1 1 (\\n\\x1b\\xff", 0, 0, 0)
                print(flush=True)
                time.sleep(1000)
                """);
        Replies.ProcessStatus process = list().getFirst();
        assertThat(process.name()).isEqualTo("a) S 1 1 (\n\u001b\ufffd");
        assertThat(process.state()).isIn('R', 'S', 'D');
        signal(process, 9);
        awaitGone(process.pid());
    }

    @Test
    void wordsThatKeepTheirReaderWaitingStallNobody() throws Exception {
        started(UUID.randomUUID(), "sh", "-c", "echo; exec sleep 1000");
        started(UUID.randomUUID(), "python3", "-c", WORDS_THAT_NOBODY_GETS);
        List<Replies.ProcessStatus> processes;
        do { // until it holds the lock
            Channel listing = link.open(Requests.processes());
            for (int i = 0; i < 20; i++) {
                link.open(Requests.ping()).reply(Duration.ofSeconds(2));
            }
            processes = Replies.processes(listing.reply(LIMIT));
        } while (processes.getLast().words().hasRemaining());
        assertThat(processes).hasSize(2);
        assertThat(words(processes.getFirst())).containsExactly("sleep", "1000");
    }

    /** One thread holds the lock of its memory for as long as it maps 64 GiB of nothing, another waits to change it, and readers behind that one. */
    private static final String WORDS_THAT_NOBODY_GETS = """
            import ctypes, threading, time
            libc = ctypes.CDLL(None)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
            libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
            def nothing(size): return libc.mmap(None, size, 1, 0x4022, -1, 0)
            def change():
                while True: nothing(4096)
            at = nothing(64 << 30)
            libc.madvise(at, 64 << 30, 15)
            threading.Thread(target=change).start()
            print(flush=True)
            libc.madvise(at, 64 << 30, 22)
            time.sleep(1000)
            """;

    @Test
    void aListThatNobodyWaitsForIsGivenUp() throws Exception {
        started(UUID.randomUUID(), "python3", "-c", WORDS_THAT_NOBODY_GETS);
        for (int i = 0; i < 50; i++) { // more than there may be at once
            link.open(Requests.processes()).close();
            awaitChildren(1); // its supervisor
        }
        assertThat(list()).hasSize(1);
    }

    @Test
    void thousandsShareTheRoomForTheirWords() throws Exception {
        started(UUID.randomUUID(), "sh", "-c", "for i in $(seq 2000); do sleep 1000 & done; echo; wait");
        while (list().stream()
                        .filter(process -> words(process).equals(List.of("sleep", "1000")))
                        .count()
                < 2_000) {
            // some have their parent's words still
        }
        assertThat(list()).hasSize(2_001);
        started(UUID.randomUUID(), "sh", "-c", "for i in $(seq 100); do sleep 1000 & done; echo; wait");
        assertRefused(AgentError.TOO_LARGE, this::list);
    }

    @Test
    void listsAtOnceAreAllAnswered() throws Exception {
        started(UUID.randomUUID(), "sh", "-c", "echo; exec sleep 1000");
        List<Channel> lists = link.open(Collections.nCopies(16, Requests.processes()));
        for (Channel list : lists) {
            assertThat(Replies.processes(list.reply(LIMIT))).hasSize(1);
        }
    }

    @Test
    void fieldsOutOfTheirRangeAreRefused() throws Exception {
        assertRefused(AgentError.INVALID, () -> signal(0, 0, 9));
        assertRefused(AgentError.INVALID, () -> signal(-1, 0, 9));
        assertRefused(AgentError.INVALID, () -> signal(7, 0, 0));
        assertRefused(AgentError.INVALID, () -> signal(7, 0, 65));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "more than there may be, 00000801",
        "fewer than were promised, 00000001",
        "number 0, 00000001 00000000 00000000 0000000000000000 53 0000000000000000 0000000000000000 00000000000000000000000000000000 00000000 00 00000000",
        "an unknown cut, 00000001 00000001 00000000 0000000000000000 53 0000000000000000 0000000000000000 00000000000000000000000000000000 00000000 02 00000000",
        "words beyond the end, 00000001 00000001 00000000 0000000000000000 53 0000000000000000 0000000000000000 00000000000000000000000000000000 00000000 00 00000001",
        "trailing bytes, 00000000 00",
    })
    void aListThatBreaksARuleIsRefused(String what, String hex) {
        var reply = ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertThatThrownBy(() -> Replies.processes(reply)).isInstanceOf(ProtocolException.class);
    }

    // ----

    /** Returns when it has written a line. */
    private void started(UUID id, String... argv) throws Exception {
        link.open(Requests.start(id, List.of(argv), List.of(), "", Requests.HOLD, Duration.ofHours(1), 24, 80, 1 << 20))
                .reply(LIMIT);
        try (Channel follow = link.open(Requests.follow(id, 0, Requests.BOTH_STREAMS, false))) {
            follow.reply(LIMIT);
            assertThat(RealAgent.text(follow.take(LIMIT))).isEqualTo("\n");
        }
    }

    private Replies.Ended ended(UUID id) throws Exception {
        Channel follow = link.open(Requests.follow(id, 0, Requests.NO_STREAM, false));
        follow.reply(LIMIT);
        return Replies.endOfOutput(((Frame.Event) follow.take(LIMIT)).payload()).ending();
    }

    private List<Replies.ProcessStatus> list() throws Exception {
        return Replies.processes(link.open(Requests.processes()).reply(LIMIT));
    }

    /** Waits for it: between fork and exec a process has its parent's words. */
    private Replies.ProcessStatus find(String... words) throws Exception {
        while (true) {
            for (Replies.ProcessStatus process : list()) {
                if (words(process).equals(List.of(words))) {
                    return process;
                }
            }
        }
    }

    private static List<String> words(Replies.ProcessStatus process) {
        String words =
                StandardCharsets.UTF_8.decode(process.words().duplicate()).toString();
        return words.isEmpty()
                ? List.of()
                : List.of(words.replaceFirst("\0$", "").split("\0", -1));
    }

    private void signal(Replies.ProcessStatus process, int signal) throws Exception {
        signal(process.pid(), process.startedMillis(), signal);
    }

    private void signal(int pid, long started, int signal) throws Exception {
        Replies.empty(link.open(Requests.signalProcess(pid, started, signal)).reply(LIMIT));
    }

    private void awaitChildren(int count) {
        while (agent.process().children().count() != count) {
            Thread.onSpinWait();
        }
    }

    private static void awaitGone(int pid) {
        while (Files.exists(Path.of("/proc", Integer.toString(pid), "exe"), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            Thread.onSpinWait();
        }
    }
}
