package dev.sandjar.client;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.HttpException;
import dev.sandjar.client.http.Target;
import dev.sandjar.client.http.WebSocket;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one sandbox's commands say and hear: channels that share a WebSocket, over as many connections as that takes. The server knows this by a session, and
 * holds for a while what a connection had on its way when it was cut.
 */
final class SandboxStream implements AutoCloseable {
    private final Server server;
    private final Target target;
    private final Runnable left;
    private final StreamWriter writer = new StreamWriter();
    private final ConcurrentHashMap<Integer, StreamChannel> channels = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below; held while connecting
    private @Nullable WebSocket latest;
    private boolean running;
    private boolean closed;

    /** @param left run when a channel is over */
    SandboxStream(Server server, Target target, Runnable left) {
        this.server = server;
        this.left = left;
        this.target = target.with("session", UUID.randomUUID());
    }

    // ---- for channels

    /**
     * Opens a channel; connects if need be.
     *
     * @param channel made for its number
     * @return empty when this was closed
     * @throws SandboxException the server cannot be reached, or refuses
     */
    <T extends StreamChannel> Optional<T> open(IntFunction<T> channel) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw Server.interrupted(e);
        }
        try {
            if (closed) {
                return Optional.empty();
            }
            if (!running) {
                begin(connect());
            }
            int number = numbers.incrementAndGet();
            T made = channel.apply(number);
            channels.put(number, made);
            wants(made);
            return Optional.of(made);
        } finally {
            lock.unlock();
        }
    }

    private void begin(WebSocket first) {
        running = true;
        latest = first;
        Thread.ofVirtual().name("sandbox-stream").start(() -> run(first));
    }

    private WebSocket connect() {
        Outage outage = server.outage();
        while (true) {
            try {
                return server.webSocket(Call.get(target), outage);
            } catch (IOException e) {
                outage.failed(e);
            }
        }
    }

    /** A channel has something to say. Does not wait. */
    void wants(StreamChannel channel) {
        writer.wants(channel);
    }

    /**
     * The channel is over.
     *
     * @return counted down when the server has let go of it, or will not say so any more
     */
    CountDownLatch leave(int channel) {
        var leaving = new LeavingChannel(channel, () -> {
            channels.remove(channel);
            left.run();
        });
        boolean told;
        lock.lock();
        try {
            told = running; // else there is nobody to tell
            if (told) {
                channels.put(channel, leaving);
                wants(leaving);
            }
        } finally {
            lock.unlock();
        }
        if (!told) {
            leaving.over();
        }
        return leaving.gone();
    }

    // ---- the connection

    private void run(WebSocket first) {
        Outage outage = server.outage();
        WebSocket open = first;
        try {
            while (true) {
                IOException cut = converse(open, outage);
                if (!isWanted()) {
                    return;
                }
                outage.failed(cut);
                open = again(outage);
                is(open);
            }
        } catch (SandboxException why) {
            fail(why);
        } catch (RuntimeException e) {
            fail(server.notUnderstood(e));
        }
    }

    /** Reads until the connection is cut, while another thread writes; both have ended then. */
    private IOException converse(WebSocket open, Outage outage) {
        Thread writing = writer.start(open);
        try (open) {
            while (true) {
                hear(open.receive());
                outage.over();
            }
        } catch (HttpException malformed) {
            throw server.notUnderstood(malformed);
        } catch (IOException cut) {
            return cut;
        } finally {
            end(writing);
        }
    }

    private static void end(Thread writing) {
        writing.interrupt();
        try {
            writing.join(); // at once: its connection is closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that
        }
    }

    private void hear(WebSocket.Message message) {
        if (message.kind() == WebSocket.Kind.PING) {
            writer.pinged(message.bytes());
            return;
        }
        StreamMessage.FromServer said;
        try {
            said = message.kind() == WebSocket.Kind.TEXT
                    ? StreamMessages.fromServer(message.bytes().array())
                    : StreamMessages.fromServer(message.bytes());
        } catch (SandboxException e) {
            throw server.notUnderstood(e);
        }
        StreamChannel channel = channels.get(said.channel());
        if (channel != null) { // else it has just been left
            tell(channel, said);
        }
    }

    /** What makes no sense to one channel ends that one. */
    private void tell(StreamChannel channel, StreamMessage.FromServer said) {
        try {
            channel.hear(said);
        } catch (SandboxException e) {
            leave(said.channel());
            channel.fail(server.notUnderstood(e));
        }
    }

    /** Whether anybody is left who needs a new connection. */
    private boolean isWanted() {
        lock.lock();
        try {
            if (closed) {
                throw new SandboxException(
                        ErrorCode.INVALID_STATE, "the connection to this sandbox was closed", "open it again", null);
            }
            running = !channels.isEmpty();
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** A server that is starting may refuse for a while. */
    private WebSocket again(Outage outage) {
        while (true) {
            try {
                return server.webSocket(Call.get(target), outage);
            } catch (SandboxException e) {
                if (e.code().retry() != ErrorCode.Retry.AFTER_DELAY) {
                    throw e;
                }
                outage.failed(new IOException(e.getMessage(), e));
            } catch (IOException e) {
                outage.failed(e);
            }
        }
    }

    private void is(WebSocket next) {
        channels.values()
                .forEach(
                        channel -> { // whoever comes in meanwhile begins anew already
                            channel.anew();
                            wants(channel);
                        });
        lock.lock();
        try {
            latest = next;
            if (closed) {
                next.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(SandboxException why) {
        Map<Integer, StreamChannel> all;
        lock.lock();
        try {
            all = Map.copyOf(channels);
            channels.clear();
            running = false;
        } finally {
            lock.unlock();
        }
        all.values().forEach(channel -> channel.fail(why));
    }

    /** Ends the connection, unless somebody has opened a channel meanwhile. Does not wait: who holds the lock is not idle. */
    boolean closeIfIdle() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (!channels.isEmpty()) {
                return false;
            }
            close();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (latest != null) {
                latest.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
