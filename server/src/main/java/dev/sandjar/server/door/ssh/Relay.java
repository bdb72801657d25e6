package dev.sandjar.server.door.ssh;

import dev.sandjar.SandboxConnection;
import dev.sandjar.server.limit.Transfers;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.AbstractChannel;
import org.apache.sshd.common.channel.ChannelOutputStream;
import org.apache.sshd.common.channel.ChannelPipedInputStream;
import org.apache.sshd.common.channel.ChannelPipedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bytes of a channel that forwards a port, and those of a connection in the sandbox: carried both ways until both have ended. */
final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    private final CountDownLatch given = new CountDownLatch(1); // all that the client has sent
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AbstractChannel channel;
    private final SandboxConnection connection;
    private final Transfers.Place place;
    private final ChannelPipedInputStream fromClient;
    private final ChannelPipedOutputStream arriving;
    private final ChannelOutputStream toClient;

    /**
     * @param channel whose windows are known
     * @param place closed at the end
     */
    Relay(AbstractChannel channel, SandboxConnection connection, Transfers.Place place) {
        this.channel = channel;
        this.connection = connection;
        this.place = place;
        fromClient = new ChannelPipedInputStream(channel, channel.getLocalWindow());
        arriving = new ChannelPipedOutputStream(fromClient);
        toClient = new ChannelOutputStream(
                channel, channel.getRemoteWindow(), LOG, SshConstants.SSH_MSG_CHANNEL_DATA, true);
        toClient.setNoDelay(true);
    }

    /** Once the client knows that the channel is open. */
    void start() {
        Pump.start("ssh-forward-in", fromClient, connection.output(), given::countDown);
        Pump.start("ssh-forward-out", connection.input(), toClient, () -> {
            awaitGiven();
            channel.close(false);
            end();
        });
    }

    private void awaitGiven() {
        try {
            given.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The client sent that; its window bounds how much waits here. What crosses the end is dropped: it concerns nobody else's channel. */
    void arrived(byte[] bytes, int start, int count) throws IOException {
        try {
            arriving.write(bytes, start, count);
        } catch (IOException e) {
            if (!ended.get()) {
                throw e;
            }
        }
    }

    /** The client sends no more. */
    void arrivedAll() {
        fromClient.eof();
    }

    /** The client is gone, or has closed the channel: what it had sent before is still given to the program, if that takes it in time. */
    void end() {
        boolean first = !ended.getAndSet(true); // before what arrives finds the pipe closed
        fromClient.eof();
        if (first) {
            Thread.ofVirtual().name("ssh-forward-end").start(() -> {
                try {
                    given.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS); // so much that there was no room for it
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    connection.close();
                    place.close();
                }
            });
        }
    }
}
