package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's one loop neither spins on what it cannot take now, nor stands still for what takes its time. */
@Timeout(120)
class NothingSpinsTest {
    private static final Duration LIMIT = RealAgent.LIMIT;
    private static final Duration NEXT_TO_NOTHING = Duration.ofMillis(300);

    @Test
    void anEngineThatAsksAndDoesNotReadCostsNoTime() throws Exception {
        try (var agent = new RealAgent();
                SocketChannel socket = agent.connect()) {
            Handshake.asEngine(new FrameReader(socket), socket, agent.key);
            socket.configureBlocking(false);
            ByteBuffer pings = ByteBuffer.allocate(10 * 400_000);
            for (int i = 1; i <= 400_000; i++) {
                pings.putInt(1).put((byte) 4).putInt(i).put((byte) 37);
            }
            pings.flip();
            int before;
            do { // until the agent takes no more
                before = pings.remaining();
                while (socket.write(pings) > 0) {
                    assertThat(pings.hasRemaining()).isTrue();
                }
                try (Link link = agent.link()) {
                    link.open(Requests.ping()).reply(LIMIT);
                }
            } while (pings.remaining() < before);
            assertThat(agent.idleSecond()).isLessThan(NEXT_TO_NOTHING);
            try (Link link = agent.link()) {
                link.open(Requests.ping()).reply(LIMIT);
            }
        }
    }

    @Test
    void aListenerWithoutADescriptorToSpareCostsNoTimeAndTakesTheNextLinkWhenThereIsOne() throws Exception {
        try (var agent = new RealAgent()) {
            agent.leaveDescriptors(4);
            List<SocketChannel> sockets = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                sockets.add(agent.connect());
            }
            assertThat(agent.idleSecond()).isLessThan(NEXT_TO_NOTHING);
            for (SocketChannel socket : sockets) {
                socket.close();
            }
            try (Link link = agent.link()) {
                link.open(Requests.ping()).reply(LIMIT);
            }
        }
    }

    @Test
    void aCommandWhoseOutputFindsNoMemoryWaitsWithoutCostAndLosesNothing() throws Exception {
        try (var agent = new RealAgent("sandjar-agent-x86_64", "-v 20000");
                Link link = agent.link()) {
            var id = UUID.randomUUID();
            List<String> words = List.of("head", "-c", "60000000", "/dev/zero");
            link.open(Requests.start(id, words, List.of(), "", Requests.HOLD, LIMIT, 24, 80, 64 << 20))
                    .reply(LIMIT);
            assertThat(agent.idleSecond()).isLessThan(NEXT_TO_NOTHING);
            Channel follow = link.open(Requests.follow(id, 0, 3, true));
            follow.reply(LIMIT);
            long count = 0;
            for (Frame frame = follow.take(LIMIT); frame != null; frame = follow.take(LIMIT)) {
                count += frame instanceof Frame.Output output ? output.bytes().remaining() : 0;
            }
            assertThat(count).isEqualTo(60_000_000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatABackgroundChildGoesOnWritingByteByByteCostsLittle(boolean forgotten) throws Exception {
        try (var agent = new RealAgent();
                Link link = agent.link()) {
            var id = UUID.randomUUID();
            start(link, id, "sh", "-c", """
                    python3 -c 'import os
                    for i in range(100_000_000): os.write(1, b"x")' & exit""");
            Channel follow = link.open(Requests.follow(id, 0, 3, true));
            follow.reply(LIMIT);
            while (follow.take(LIMIT) != null) {
                // until its end is told
            }
            if (forgotten) {
                link.open(Requests.forget(id)).reply(LIMIT);
            }
            agent.idleSecond(); // in which the child begins
            assertThat(agent.idleSecond()).isLessThan(NEXT_TO_NOTHING);
        }
    }

    /** If it did, its reply would always come first; on a busy machine that happens now and then. */
    @Test
    void killingALargeProcessHoldsUpNobodyElse() throws Exception {
        boolean another = false;
        for (int i = 0; i < 10 && !another; i++) {
            another = isAnsweredWhileALargeProcessIsKilled();
        }
        assertThat(another).as("somebody else was answered first").isTrue();
    }

    private static boolean isAnsweredWhileALargeProcessIsKilled() throws Exception {
        try (var agent = new RealAgent();
                Link link = agent.link()) {
            var id = UUID.randomUUID();
            start(link, id, "python3", "-c", "b = bytearray(400 << 20); print(1, flush=True); input()");
            Channel follow = link.open(Requests.follow(id, 0, 3, true));
            follow.reply(LIMIT);
            follow.take(LIMIT);
            Channel kill = link.open(Requests.signal(id, 9, true));
            link.open(Requests.ping()).reply(LIMIT);
            try {
                kill.reply(Duration.ZERO);
                return false;
            } catch (AgentTimeoutException notYet) {
                kill.reply(LIMIT);
                return true;
            }
        }
    }

    @Test
    void aParentThatWaitsForItsVforkedChildIsFrozenToo() throws Exception {
        try (var agent = new RealAgent();
                Link link = agent.link()) {
            var id = UUID.randomUUID();
            start(link, id, "python3", "-c", """
                    import os
                    os.mkfifo('fifo')
                    print(1, flush=True)
                    pid = os.posix_spawn('/bin/true', ['true'], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, 'fifo', os.O_RDONLY, 0)])
                    os._exit(os.waitpid(pid, 0)[1])
                    """);
            Channel follow = link.open(Requests.follow(id, 0, 3, true));
            follow.reply(LIMIT);
            follow.take(LIMIT);
            awaitUninterruptible(agent);
            link.open(Requests.freeze()).reply(LIMIT);
            link.open(Requests.thaw()).reply(LIMIT);
            Files.writeString(agent.folder.resolve("fifo"), "");
            Frame last = follow.take(LIMIT);
            while (last instanceof Frame.Output) { // the number and the end of its line may come apart
                last = follow.take(LIMIT);
            }
            assertThat(((Frame.Event) last).event()).isEqualTo(2);
        }
    }

    /** The kernel tells nobody when a process begins to wait, so this one looks. */
    private static void awaitUninterruptible(RealAgent agent) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            try (var all = ProcessHandle.allProcesses()) {
                for (ProcessHandle process : (Iterable<ProcessHandle>) all::iterator) {
                    Path folder = Path.of("/proc", Long.toString(process.pid()));
                    try {
                        String stat = Files.readString(folder.resolve("stat"));
                        if (stat.contains("(python3) D")
                                && Files.readSymbolicLink(folder.resolve("cwd")).equals(agent.folder)) {
                            return;
                        }
                    } catch (IOException ended) {
                        // one of somebody else
                    }
                }
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("nobody waits for a vforked child");
    }

    @Test
    void closingTheInputRightAfterItsEndLosesNothing() throws Exception {
        try (var agent = new RealAgent();
                Link link = agent.link()) {
            var id = UUID.randomUUID();
            start(link, id, "sh", "-c", "mkfifo go; echo made; read x < go; wc -c");
            Channel follow = link.open(Requests.follow(id, 0, 3, true));
            follow.reply(LIMIT);
            assertThat(text(follow)).isEqualTo("made");
            Channel input = link.open(Requests.input(id));
            input.reply(LIMIT);
            input.send(ByteBuffer.wrap(new byte[200_000])); // more than a pipe holds
            input.sendEof();
            input.close();
            link.open(Requests.ping()).reply(LIMIT);
            Files.writeString(agent.folder.resolve("go"), "\n");
            assertThat(text(follow)).isEqualTo("200000");
        }
    }

    private static String text(Channel follow) throws Exception {
        var output = (Frame.Output) follow.take(LIMIT);
        return StandardCharsets.US_ASCII
                .decode(output.bytes().duplicate())
                .toString()
                .strip();
    }

    private static void start(Link link, UUID id, String... argv) throws Exception {
        int flags = Requests.HOLD | Requests.STDIN;
        link.open(Requests.start(id, List.of(argv), List.of(), "", flags, LIMIT, 24, 80, 1 << 20))
                .reply(LIMIT);
    }
}
