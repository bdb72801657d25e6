package dev.sandjar.agent;

import static dev.sandjar.agent.RealAgent.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 60; i++) {
            ids.add(writer(0, MUCH));
        }
        for (UUID id : ids) {
            awaitWritten(id, MUCH);
        }
        assertThat(memory()).isLessThan(110 << 20);
        for (UUID id : ids) {
            assertThat(status(id).oldest()).isLessThanOrEqualTo(MUCH - LITTLE + (64 << 10));
        }
    }

    @Test
    void whoeverWaitsForMemoryOfOthersGoesOnWhenItIsGivenBack() throws Exception {
        List<UUID> others = fill();
        UUID waits = waiting(1_000_000);
        for (UUID other : others) {
            link.open(Requests.signal(other, 9, true)).reply(LIMIT);
            awaitEnding(other);
        }
        awaitWritten(waits, 1_000_000);
    }

    @Test
    void whoeverWaitsForMemoryOfOthersGoesOnWhenItIsRead() throws Exception {
        fill();
        UUID waits = waiting(10_000_000);
        Channel follow = link.open(Requests.follow(waits, 0, Requests.BOTH_STREAMS, true));
        follow.reply(LIMIT);
        int length = 0;
        while (length < 10_000_000) {
            length += ((Frame.Output) follow.take(LIMIT)).bytes().remaining();
        }
        assertThat(status(waits).written()).isEqualTo(10_000_000);
    }

    /** So that all journals have what they may have together. */
    private List<UUID> fill() throws Exception {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 17; i++) {
            ids.add(writer(0, 3 * MUCH));
        }
        for (UUID id : ids) {
            awaitWritten(id, 3 * MUCH);
        }
        return ids;
    }

    /** Has written little of it, and will not write more while another writes much. */
    private UUID waiting(int length) throws Exception {
        UUID waits = writer(Requests.HOLD, length);
        awaitWritten(waits, LITTLE);
        awaitWritten(writer(0, MUCH), MUCH);
        assertThat(status(waits).written()).isLessThan(2 * LITTLE);
        return waits;
    }

    /** Writes as much and lives on. */
    private UUID writer(int flags, int length) throws Exception {
        var id = UUID.randomUUID();
        List<String> argv = List.of("sh", "-c", "head -c " + length + " /dev/zero; exec sleep 1000");
        link.open(Requests.start(id, argv, List.of(), "", flags, LIMIT, 24, 80, 4 << 20))
                .reply(LIMIT);
        return id;
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
