package dev.sandjar.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.SandboxId;
import dev.sandjar.wire.StreamMessage;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many connections stay. */
@Timeout(60)
class SandboxStreamsTest {
    private static final CommandSpec SPEC = CommandSpec.of("true");

    /** One whose server has not let go of its last channel is still in use. */
    @Test
    void ofConnectionsThatNobodyUsesOneIsClosedBeyondThirtyTwo() throws Exception {
        var connections = new ArrayList<WrittenServer.Connection>();
        try (var written = new WrittenServer();
                var client = written.client();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 33; i++) {
                var follower =
                        tasks.submit(() -> OutputFollower.start(client, SandboxId.random(), CommandId.random(), SPEC));
                WrittenServer.Connection connection = written.accept();
                connections.add(connection);
                int channel = connection.hear().channel();
                connection.say(new StreamMessage.Opened(channel, 0));
                connection.say(new StreamMessage.Ended(channel, new Ending.Exited(0), 0));
                assertThat(follower.get().next()).isNull();
                assertThat(connection.hear()).isEqualTo(new StreamMessage.Leave(channel, false));
                if (i > 0) {
                    connection.say(new StreamMessage.Left(channel));
                }
            }
            connections.getFirst().say(new StreamMessage.Left(1));
            assertThat(tasks.invokeAny(connections.stream()
                            .map(connection -> (Callable<Boolean>) () -> closed(connection))
                            .toList()))
                    .isTrue();
        } finally {
            for (WrittenServer.Connection connection : connections) {
                connection.close();
            }
        }
    }

    /** Waits until the client has closed it; else fails. */
    private static boolean closed(WrittenServer.Connection connection) throws IOException {
        try {
            throw new AssertionError(connection.hear());
        } catch (EOFException e) {
            return true;
        }
    }
}
