package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A link to the real agent, over a connection that brings what it sends in pieces. */
@Timeout(20)
class LinkTest {
    private static final int LARGE = 20_000;
    private static final Duration UNTIL_WOKEN =
            Duration.ofNanos(Long.MAX_VALUE); // who looks at the end of a limit sees it, too

    /** Those who wait are woken together, but not only when all that has begun to come is here. */
    @ParameterizedTest(name = "of which {0} bytes are here")
    @ValueSource(ints = {1, Frame.HEADER, Frame.HEADER + 100, 4 * 1024, LARGE})
    void whatIsHereIsHeardWhileTheRestOfTheNextFrameIsStillToCome(int here) throws Exception {
        var heard = new CountDownLatch(1);
        try (var agent = new RealAgent();
                var relay = new Relay(agent, here, heard)) {
            Files.write(agent.folder.resolve("large"), new byte[LARGE]);
            try (Link link = Link.open(relay.connect(), agent.key, "test", RealAgent.LIMIT, _ -> {})) {
                Channel file = link.open(Requests.read(agent.folder.toString(), "large", 0, LARGE));
                file.reply(UNTIL_WOKEN); // comes with the beginning of the large frame
                heard.countDown();
                assertThat(file.take(RealAgent.LIMIT))
                        .isEqualTo(new Frame.Data(file.number(), ByteBuffer.allocate(LARGE)));
            }
        }
    }

    @Test
    void whatWasTakenWaitsOnceForAnAgentThatStandsStill() {
        var outbox = new Outbox();
        outbox.add(List.of(new Frame.Open(1, 2, ByteBuffer.allocate(3))));
        for (long offset = 1; offset <= 1_000_000; offset++) {
            outbox.taken(1, offset);
            outbox.taken(2, offset);
        }
        assertThat(bytes(outbox.next()))
                .isEqualTo(bytes(
                        new Frame.Open(1, 2, ByteBuffer.allocate(3)),
                        new Frame.Taken(1, 1_000_000),
                        new Frame.Taken(2, 1_000_000)));
        outbox.taken(1, 1_000_001);
        assertThat(bytes(outbox.next())).isEqualTo(bytes(new Frame.Taken(1, 1_000_001)));
    }

    @Test
    void requestsThatAStandingAgentDoesNotTakeAreRefusedInTheEndAndGoWithThoseWhoGiveThemUp() throws Exception {
        var room = new AtomicInteger(5_000_000);
        try (var agent = new RealAgent();
                Link link = agent.link(bytes -> place(room, bytes))) {
            signal(agent, "STOP");
            var given = new ArrayList<Channel>();
            var last = new AtomicReference<UUID>();
            assertThatThrownBy(() -> {
                        while (given.size() < 100) {
                            UUID id = UUID.randomUUID();
                            given.add(link.open(start(id)));
                            last.set(id);
                        }
                    })
                    .isInstanceOf(CrowdedLinkException.class);
            assertThat(given).hasSize(24);
            Channel small = link.open(Requests.status(last.get()));
            given.forEach(Channel::close);
            Channel after = link.open(start(UUID.randomUUID())); // there is room again
            assertThat(room).as("what has left is still to be answered").hasValueLessThan(4_700_000);
            signal(agent, "CONT");
            assertThat(after.reply(RealAgent.LIMIT).remaining()).isEqualTo(Integer.BYTES); // its pid
            RealAgent.assertRefused(AgentError.NOT_FOUND, () -> small.reply(RealAgent.LIMIT));
            assertThat(room).as("all were answered").hasValue(5_000_000);
        }
    }

    @Test
    void aLinkThatEndsGivesBackItsRoom() throws Exception {
        var room = new AtomicInteger(1_000_000);
        try (var agent = new RealAgent()) {
            try (Link link = agent.link(bytes -> place(room, bytes))) {
                signal(agent, "STOP");
                link.open(start(UUID.randomUUID()));
                assertThat(room).hasValueLessThan(1_000_000);
            }
            assertThat(room).hasValue(1_000_000);
        }
    }

    private static @Nullable Runnable place(AtomicInteger room, int bytes) {
        if (room.addAndGet(-bytes) >= 0) {
            return () -> room.addAndGet(bytes);
        }
        room.addAndGet(bytes);
        return null;
    }

    private static Request start(UUID command) {
        return Requests.start(
                command,
                List.of("true", "x".repeat(100_000), "x".repeat(100_000)),
                List.of(),
                "",
                0,
                Duration.ZERO,
                24,
                80,
                1 << 20);
    }

    private static void signal(RealAgent agent, String name) throws Exception {
        assertThat(new ProcessBuilder(
                                "kill",
                                "-" + name,
                                Long.toString(agent.process().pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static ByteBuffer bytes(Frame... frames) {
        return bytes(Arrays.stream(frames)
                .flatMap(frame -> FrameWriter.encode(frame).stream())
                .toList());
    }

    private static ByteBuffer bytes(List<ByteBuffer> parts) {
        ByteBuffer all = ByteBuffer.allocate(1_000);
        parts.forEach(all::put);
        return all.flip();
    }

    /** Between an engine and the agent: of the first large frame the beginning comes with what was before it, the rest later. */
    private static final class Relay implements AutoCloseable {
        private final ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        private final SocketChannel toAgent;

        Relay(RealAgent agent, int here, CountDownLatch later) throws IOException {
            toAgent = agent.connect();
            Thread.ofVirtual().start(() -> {
                try (SocketChannel engine = listening.accept()) {
                    Thread.ofVirtual().start(() -> forward(engine, toAgent));
                    fromAgent(engine, here, later);
                } catch (IOException | InterruptedException e) {
                    // the test is over
                }
            });
        }

        SocketChannel connect() throws IOException {
            return SocketChannel.open(listening.getLocalAddress());
        }

        private void fromAgent(SocketChannel engine, int here, CountDownLatch later)
                throws IOException, InterruptedException {
            var reader = new FrameReader(toAgent);
            ByteBuffer held = ByteBuffer.allocate(0); // so that the two leave in one write
            for (Frame frame = reader.read(); frame != null; frame = reader.read()) {
                ByteBuffer bytes = bytes(held, frame);
                held = ByteBuffer.allocate(0);
                if (frame instanceof Frame.Reply) {
                    held = bytes;
                    continue;
                }
                int whole = bytes.limit();
                if (frame instanceof Frame.Data) {
                    write(engine, bytes.limit(whole - Frame.HEADER - LARGE + here));
                    later.await();
                }
                write(engine, bytes.limit(whole));
            }
        }

        private static ByteBuffer bytes(ByteBuffer before, Frame frame) {
            ByteBuffer all = ByteBuffer.allocate(before.remaining() + Frame.HEADER + Frame.MAX_PAYLOAD);
            all.put(before);
            FrameWriter.encode(frame).forEach(all::put);
            return all.flip();
        }

        private static void forward(SocketChannel from, SocketChannel to) {
            ByteBuffer bytes = ByteBuffer.allocate(LARGE);
            try {
                while (from.read(bytes.clear()) >= 0) {
                    write(to, bytes.flip());
                }
            } catch (IOException e) {
                // the test is over
            }
        }

        private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            toAgent.close();
        }
    }
}
