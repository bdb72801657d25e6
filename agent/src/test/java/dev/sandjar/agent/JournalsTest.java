package dev.sandjar.agent;

import static dev.sandjar.agent.RealAgent.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What running commands have written is kept in the sandbox's own memory: all of it together has a bound. */
class JournalsTest {
    private static final int MUCH = 4_000_000;
    private static final int LITTLE = 256 << 10;
    private static final int LITTLE_IN_A_CROWD = 64 << 10;
    private static final long MOST = 100 << 20; // of the agent's memory, when there are some dozen

    private RealAgent agent;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        agent = new RealAgent("sandjar-agent-x86_64", ""); // as it is shipped: the other keeps what was freed
        link = agent.link();
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        agent.close();
    }

    @Test
    void manyCommandsThatWriteMuchTakeLittleMemoryTogether() throws Exception {
        for (UUID id : writers(60, 0, MUCH)) {
            awaitWritten(id, MUCH);
            assertThat(status(id).oldest()).isLessThanOrEqualTo(MUCH - LITTLE_IN_A_CROWD);
        }
        assertThat(memory()).isLessThan(MOST);
    }

    @Test
    void whoeverOnlyWaitsForAnEndingDoesNotReadWhatIsHeld() throws Exception {
        for (UUID id : writers(60, Requests.HOLD, MUCH)) {
            link.open(Requests.follow(id, 0, Requests.NO_STREAM, false)).reply(LIMIT);
            awaitWritten(id, LITTLE_IN_A_CROWD);
        }
        run(10 * MUCH);
        assertThat(memory()).isLessThan(MOST);
    }

    @Test
    void whoeverWaitsForHisShareGoesOnWhenOthersNeedTheirsNoMore() throws Exception {
        List<Channel> readers = fill();
        UUID waits = waiting(1_000_000);
        readers.forEach(Channel::close);
        awaitWritten(waits, 1_000_000);
    }

    @Test
    void whoeverWaitsForHisShareGoesOnWhenHeIsRead() throws Exception {
        fill();
        UUID waits = waiting(10_000_000);
        read(waits, 0, 10_000_000);
    }

    @Test
    void whoeverWaitsForHisShareGoesOnWhenHeIsReadFromWhereHeHasCome() throws Exception {
        fill();
        UUID waits = waiting(10_000_000);
        read(waits, status(waits).written(), 10_000_000);
    }

    @Test
    void nobodyWaitsForWhatNobodyNeeds() throws Exception {
        for (UUID id : writers(17, 0, 3 * MUCH)) {
            awaitWritten(id, 3 * MUCH);
        }
        awaitWritten(writer(Requests.HOLD, 1_000_000), 1_000_000);
    }

    @Test
    void nobodyWaitsForTheLittleThatNobodyNeeds() throws Exception {
        for (UUID id : writers(290, 0, 240_000)) { // each has less than anybody may
            awaitWritten(id, 240_000);
        }
        awaitWritten(writer(Requests.HOLD, 1_000_000), 1_000_000);
    }

    @Test
    void whoeverWaitsForHisShareCanBeKilled() throws Exception {
        fill();
        UUID waits = waiting(10_000_000);
        link.open(Requests.signal(waits, 9, true)).reply(LIMIT);
        awaitEnding(waits);
    }

    @Test
    void whoeverWaitsForHisShareHasHisTimeLimitAllTheSame() throws Exception {
        fill();
        var id = UUID.randomUUID();
        List<String> argv = List.of("sh", "-c", "head -c 10000000 /dev/zero & wait");
        link.open(Requests.start(id, argv, List.of(), "", Requests.HOLD, Duration.ofSeconds(1), 24, 80, 4 << 20))
                .reply(LIMIT);
        awaitEnding(id);
        assertThat(status(id).ending().how()).isEqualTo(Replies.How.TIMED_OUT);
    }

    @Test
    void aCommandEndsThoughItsShareIsFullAndNobodyReadsIt() throws Exception {
        fill();
        var id = UUID.randomUUID();
        start(id, Requests.HOLD, List.of("head", "-c", "350000", "/dev/zero"));
        awaitEnding(id);
        read(id, 0, 350_000);
    }

    /** So that all journals have what they may have together, and need it: these are read by who takes nothing. */
    private List<Channel> fill() throws Exception {
        var readers = new ArrayList<Channel>();
        for (UUID id : writers(17, Requests.HOLD, 3 * MUCH)) {
            readers.add(link.open(Requests.follow(id, 0, Requests.BOTH_STREAMS, true)));
            readers.getLast().reply(LIMIT);
            awaitWritten(id, MUCH);
        }
        return readers;
    }

    /** Has written little of it, and will not write more while another writes much. */
    private UUID waiting(int length) throws Exception {
        UUID waits = writer(Requests.HOLD, length);
        awaitWritten(waits, LITTLE);
        run(MUCH);
        assertThat(status(waits).written()).isLessThan(2 * LITTLE);
        return waits;
    }

    /** One that is read to its end meanwhile. */
    private void run(int length) throws Exception {
        var id = UUID.randomUUID();
        start(id, Requests.HOLD, List.of("head", "-c", Integer.toString(length), "/dev/zero"));
        read(id, 0, length);
    }

    /** All of it; with a gap it would fail. */
    private void read(UUID id, long from, long to) throws Exception {
        Channel follow = link.open(Requests.follow(id, from, Requests.BOTH_STREAMS, true));
        follow.reply(LIMIT);
        for (long at = from; at < to; ) {
            Frame.Output next = (Frame.Output) follow.take(LIMIT);
            assertThat(next.offset()).isEqualTo(at);
            at += next.bytes().remaining();
        }
    }

    private List<UUID> writers(int count, int flags, int length) throws Exception {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < count; i++) {
            ids.add(writer(flags, length));
        }
        return ids;
    }

    /** Writes as much and lives on. */
    private UUID writer(int flags, int length) throws Exception {
        var id = UUID.randomUUID();
        start(id, flags, List.of("sh", "-c", "head -c " + length + " /dev/zero; exec sleep 1000"));
        return id;
    }

    private void start(UUID id, int flags, List<String> argv) throws Exception {
        link.open(Requests.start(id, argv, List.of(), "", flags, Duration.ofMinutes(5), 24, 80, 4 << 20))
                .reply(LIMIT);
    }

    private void awaitWritten(UUID id, long length) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (status(id).written() < length) {
            assertThat(System.nanoTime()).as("time to write " + length).isLessThan(end);
        }
    }

    private void awaitEnding(UUID id) throws Exception {
        Channel end = link.open(Requests.follow(id, 0, Requests.NO_STREAM, false));
        end.reply(LIMIT);
        assertThat(end.take(LIMIT)).isInstanceOf(Frame.Event.class);
    }

    private Replies.CommandStatus status(UUID id) throws Exception {
        return Replies.status(link.open(Requests.status(id)).reply(LIMIT));
    }

    private long memory() throws Exception {
        String status =
                Files.readString(Path.of("/proc", Long.toString(agent.process().pid()), "status"));
        return 1024 * Long.parseLong(status.replaceAll("(?s).*VmRSS:\\D*(\\d+).*", "$1"));
    }
}
