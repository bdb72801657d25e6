package dev.sandjar.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.StreamMessage;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that breaks the rules of a stream, or cuts it where it hurts most: it costs its client no memory, and one channel at most. */
@Timeout(30)
class HostileServerTest {
    private static final SandboxId SANDBOX = new SandboxId(UUID.randomUUID());
    private static final CommandSpec SPEC = CommandSpec.of("yes");
    private static final int PIECE = 32 * 1024;
    private static final int COST = PIECE + StreamMessage.PIECE;
    private static final int WINDOW = OutputWindow.SIZE;

    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private WrittenServer hostile;
    private Server client;

    @BeforeEach
    void open() throws Exception {
        hostile = new WrittenServer();
        client = hostile.client();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        hostile.close();
        tasks.close();
    }

    /** Follows a command that has started. */
    private Future<OutputFollower> start() {
        return tasks.submit(() -> OutputFollower.start(client, SANDBOX, CommandId.random(), SPEC));
    }

    private static int started(WrittenServer.Connection connection) throws Exception {
        StreamMessage.FromClient start = connection.hear();
        assertThat(start).isInstanceOf(StreamMessage.Start.class);
        connection.say(new StreamMessage.Opened(start.channel(), 0));
        return start.channel();
    }

    private static StreamMessage.Told piece(int channel, long offset) {
        return new StreamMessage.Told(
                channel, new Output.Chunk(Output.Stream.STDOUT, offset, ByteBuffer.wrap(new byte[PIECE])));
    }

    /** Sends all that the window has room for; returns its end. */
    private static long fill(WrittenServer.Connection connection, int channel, long from) throws Exception {
        long offset = from;
        for (int sent = 0; sent < WINDOW; sent += COST) {
            connection.say(piece(channel, offset));
            offset += PIECE;
        }
        return offset;
    }

    private static long read(OutputFollower follower, long until) {
        long at = follower.offset();
        while (at < until) {
            follower.next();
            at = follower.offset();
        }
        return at;
    }

    private static void isEnded(OutputFollower follower) {
        assertThatThrownBy(follower::next)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
                .hasMessageContaining("that this client does not understand");
    }

    @Test
    void outputBeyondTheWindowEndsItsChannelAndNoOther() throws Exception {
        Future<OutputFollower> flooded = start();
        try (var connection = hostile.accept()) {
            int channel = started(connection);
            long room = fill(connection, channel, 0);
            connection.say(piece(channel, room));
            assertThat(connection.hear()).isEqualTo(new StreamMessage.Leave(channel, false));
            for (int i = 1; i < 100; i++) {
                connection.say(piece(channel, room + i * PIECE)); // and on and on
            }
            assertThat(read(flooded.get(), room)).isEqualTo(room); // what came by the rules is output
            isEnded(flooded.get());
            Future<OutputFollower> other = start();
            int second = started(connection);
            connection.say(new StreamMessage.Ended(second, new Ending.Exited(0), 0));
            assertThat(other.get().next()).isNull();
            assertThat(other.get().ending()).contains(new Ending.Exited(0));
        }
    }

    @Test
    void anEndThatComesBeforeAllOutputDidIsAnError() throws Exception {
        Future<OutputFollower> follower = start();
        try (var connection = hostile.accept()) {
            int channel = started(connection);
            connection.say(piece(channel, 0));
            connection.say(new StreamMessage.Ended(channel, new Ending.Exited(0), PIECE + 1));
            assertThat(read(follower.get(), PIECE)).isEqualTo(PIECE);
            isEnded(follower.get());
        }
    }

    @Test
    void cutsDoNotWidenTheWindowForAReaderThatDoesNotRead() throws Exception {
        Future<OutputFollower> slow = start();
        long end;
        try (var connection = hostile.accept()) {
            end = fill(connection, started(connection), 0);
        }
        for (int i = 0; i < 3; i++) {
            try (var connection = hostile.accept()) {
                Future<OutputFollower> other = start();
                int second = started(connection); // is the first thing that is said: the full one does not attach
                connection.say(new StreamMessage.Ended(second, new Ending.Exited(0), 0));
                assertThat(connection.hear()).isEqualTo(new StreamMessage.Leave(second, false));
                connection.say(new StreamMessage.Left(second));
                assertThat(other.get().next()).isNull();
            }
        }
        try (var connection = hostile.accept()) {
            read(slow.get(), end);
            StreamMessage.FromClient again = connection.hear();
            assertThat(again).isInstanceOfSatisfying(StreamMessage.Attach.class, attach -> {
                assertThat(attach.offset()).isEqualTo(end);
                assertThat(attach.window()).hasValue(WINDOW);
            });
            connection.say(new StreamMessage.Opened(again.channel(), 0));
            fill(connection, again.channel(), end);
            assertThat(read(slow.get(), end + 1)).isGreaterThan(end);
        }
    }

    @Test
    void outputOnAChannelThatIsNotAttachedEndsIt() throws Exception {
        Future<OutputFollower> slow = start();
        int channel;
        long end;
        try (var connection = hostile.accept()) {
            channel = started(connection);
            end = fill(connection, channel, 0);
        }
        try (var connection = hostile.accept()) {
            connection.say(piece(channel, end));
            assertThat(connection.hear()).isEqualTo(new StreamMessage.Leave(channel, false));
            read(slow.get(), end);
            isEnded(slow.get());
        }
    }

    /** What a reader has not confirmed comes again: all of that is known, and takes no room. */
    @Test
    void moreThanAWindowThatComesTwiceIsPassedOver() throws Exception {
        long all = 100 * PIECE;
        Future<OutputFollower> confirming = start();
        try (var connection = hostile.accept()) {
            int channel = started(connection);
            confirming.get().confirm(0);
            Future<Long> reading = tasks.submit(() -> read(confirming.get(), all));
            sendByTheRules(connection, channel, all);
            assertThat(reading.get()).isEqualTo(all);
        }
        try (var connection = hostile.accept()) {
            StreamMessage.FromClient again = connection.hear();
            assertThat(again)
                    .isInstanceOfSatisfying(
                            StreamMessage.Attach.class,
                            attach -> assertThat(attach.offset()).isZero());
            connection.say(new StreamMessage.Opened(again.channel(), 0));
            sendByTheRules(connection, again.channel(), all + PIECE);
            assertThat(read(confirming.get(), all + PIECE)).isEqualTo(all + PIECE);
        }
    }

    /** As our server does: no more than a window that was not said to be taken. */
    private static void sendByTheRules(WrittenServer.Connection connection, int channel, long all) throws Exception {
        long taken = 0;
        for (long offset = 0; offset < all; offset += PIECE) {
            while ((offset - taken) / PIECE * COST >= WINDOW) {
                var said = (StreamMessage.Taken) connection.hear();
                assertThat(said.offset()).isLessThanOrEqualTo(offset); // it knows of no more on this connection
                taken = said.offset();
            }
            connection.say(piece(channel, offset));
        }
    }

    @Test
    void aServerThatHearsAndNeverAnswersIsGivenUp() throws Exception {
        CommandId id = CommandId.random();
        try (var impatient = hostile.client(Duration.ofMillis(100))) {
            Future<?> input = tasks.submit(() -> StdinStream.open(impatient, SANDBOX, id));
            try (var connection = hostile.accept()) {
                Future<?> output = tasks.submit(() -> OutputFollower.open(impatient, SANDBOX, id, 0));
                Future<?> started = tasks.submit(
                        () -> OutputFollower.start(impatient, SANDBOX, id, SPEC).next());
                for (Future<?> waiting : List.of(input, output, started)) {
                    assertThatThrownBy(waiting::get)
                            .hasRootCauseInstanceOf(SandboxException.class)
                            .hasMessageContaining("has not answered within");
                }
            }
        }
    }

    /** Answers that wait for it do not hold up whoever reads what it says. */
    @Test
    void aServerThatReadsNothingIsHeardAllTheSame() throws Exception {
        Future<OutputFollower> follower = start();
        try (var connection = hostile.accept()) {
            int channel = started(connection);
            byte[] ping = new byte[127];
            ping[0] = (byte) 0x89;
            ping[1] = 125;
            byte[] pings = new byte[1_000 * ping.length];
            for (int i = 0; i < 1_000; i++) {
                System.arraycopy(ping, 0, pings, i * ping.length, ping.length);
            }
            for (int i = 0; i < 200; i++) {
                connection.write(pings); // whose answers are more than any buffer between us has room for
            }
            connection.say(piece(channel, 0));
            assertThat(read(follower.get(), PIECE)).isEqualTo(PIECE);
        }
    }

    @Test
    void whoIsInterruptedWhileTheServerReadsNothingCutsNobody() throws Exception {
        CommandId id = CommandId.random();
        Future<StdinStream> opening = tasks.submit(() -> StdinStream.open(client, SANDBOX, id));
        try (var connection = hostile.accept()) {
            int channel = connection.hear().channel();
            connection.say(new StreamMessage.Opened(channel, 0));
            assertThat(connection.hear()).isEqualTo(new StreamMessage.OpenInput(channel));
            connection.say(new StreamMessage.InputTaken(channel, 0));
            StdinStream stdin = opening.get();
            var said = new java.util.concurrent.CompletableFuture<Exception>();
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    stdin.write(new byte[4 << 20]);
                } catch (Exception e) {
                    said.complete(e);
                }
            });
            assertThat(connection.hear()).isInstanceOf(StreamMessage.Input.class);
            writer.interrupt();
            assertThat(said.get()).isInstanceOf(InterruptedIOException.class);
            start();
            StreamMessage.FromClient next = connection.hear(); // on the same connection
            while (next instanceof StreamMessage.Input) {
                next = connection.hear();
            }
            assertThat(next).isInstanceOf(StreamMessage.Start.class);
        }
    }
}
