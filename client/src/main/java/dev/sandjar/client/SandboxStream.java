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
    /** Whoever has a channel. Its methods are called by the thread that reads, and must not wait. */
    interface Listener {
        /** What the server says on the channel. */
        void hear(StreamMessage.FromServer message);

        /** What to say first on a new connection. */
        StreamMessage.FromClient again();

        /** The connection is cut; until {@link #again} was said nothing arrives. */
        default void cut() {}

        /** No more comes. */
        void fail(SandboxException why);
    }

    private final Server server;
    private final Target target;
    private final Runnable left;
    private final ConcurrentHashMap<Integer, Listener> channels = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, CountDownLatch> leaving =
            new ConcurrentHashMap<>(); // until the server says that they are left
    private final AtomicInteger numbers = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below; held while channels are attached
    private @Nullable WebSocket latest;
    private @Nullable WebSocket socket; // the latest, once all channels are attached to it
    private boolean running;
    private boolean closed;

    /** @param left run when a channel is over */
    SandboxStream(Server server, Target target, Runnable left) {
        this.server = server;
        this.left = left;
        this.target = target.with("session", UUID.randomUUID());
    }

    /**
     * Opens a channel; connects if need be.
     *
     * @param listener made for the channel's number
     * @return empty when this was closed
     * @throws SandboxException the server cannot be reached, or refuses
     */
    <T extends Listener> Optional<T> open(IntFunction<T> listener) {
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
            T made = listener.apply(numbers.incrementAndGet());
            StreamMessage.FromClient message = made.again();
            channels.put(message.channel(), made);
            WebSocket open = socket;
            if (open != null) { // else whoever connects says it
                send(open, message);
            }
            return Optional.of(made);
        } finally {
            lock.unlock();
        }
    }

    private void begin(WebSocket first) {
        running = true;
        latest = first;
        socket = first;
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

    /** While it is not connected, nothing: on a new connection the channel says all anew. */
    void send(StreamMessage.FromClient message) {
        WebSocket open = current();
        if (open != null) {
            send(open, message);
        }
    }

    /** The connection, for whoever must not mix up two of them. */
    @Nullable
    WebSocket current() {
        lock.lock();
        try {
            return socket;
        } finally {
            lock.unlock();
        }
    }

    /** An interruption of this thread must not cut the connection, which has others on it. */
    static void send(WebSocket open, StreamMessage message) {
        boolean interrupted = Thread.interrupted();
        try {
            var bulk = StreamMessages.bulk(message);
            if (bulk.isPresent()) {
                open.sendBinary(StreamMessages.head(message), bulk.get());
            } else {
                open.sendText(StreamMessages.head(message));
            }
        } catch (IOException cut) {
            open.close(); // whoever reads it begins anew
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The channel is over. After a cut the server is told again, or it would hold the channel for us.
     *
     * @return counted down when the server has let go of it, or will not say so any more
     */
    CountDownLatch leave(int channel) {
        var gone = new CountDownLatch(1);
        lock.lock();
        try {
            channels.remove(channel);
            if (running) {
                leaving.put(channel, gone);
            } else {
                gone.countDown(); // there is nobody to tell, nor to be told again
            }
        } finally {
            lock.unlock();
        }
        send(new StreamMessage.Leave(channel, false));
        left.run();
        return gone;
    }

    private void run(WebSocket first) {
        Outage outage = server.outage();
        WebSocket open = first;
        try {
            while (true) {
                IOException cut = receive(open, outage);
                if (!disconnected()) {
                    fail(over());
                    return;
                }
                outage.failed(cut);
                WebSocket next = again(outage);
                is(next);
                Thread.ofVirtual().name("sandbox-stream-again").start(() -> attach(next));
                open = next;
            }
        } catch (SandboxException why) {
            fail(why);
        } catch (RuntimeException e) {
            fail(server.notUnderstood(e));
        }
    }

    /** Reads until the connection is cut. */
    private IOException receive(WebSocket open, Outage outage) {
        try (open) {
            while (true) {
                WebSocket.Message message = open.receive();
                hear(message);
                outage.over();
            }
        } catch (HttpException malformed) {
            throw server.notUnderstood(malformed);
        } catch (IOException cut) {
            return cut;
        }
    }

    private void hear(WebSocket.Message message) {
        StreamMessage.FromServer said;
        try {
            said = message.text()
                    ? StreamMessages.fromServer(message.bytes().array())
                    : StreamMessages.fromServer(message.bytes());
        } catch (SandboxException e) {
            throw server.notUnderstood(e);
        }
        if (said instanceof StreamMessage.Left(int channel)) {
            gone(leaving.remove(channel));
            return;
        }
        Listener listener = channels.get(said.channel());
        if (listener != null) { // else it has just been left
            tell(listener, said);
        }
    }

    /** What makes no sense to one channel ends that one. */
    private void tell(Listener listener, StreamMessage.FromServer said) {
        try {
            listener.hear(said);
        } catch (SandboxException e) {
            leave(said.channel());
            listener.fail(server.notUnderstood(e));
        }
    }

    private static void gone(@Nullable CountDownLatch latch) {
        if (latch != null) {
            latch.countDown();
        }
    }

    private static SandboxException over() {
        return new SandboxException(
                ErrorCode.INVALID_STATE, "the connection to this sandbox was closed", "open it again", null);
    }

    private void is(WebSocket next) {
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

    /** Whether anybody is left who needs a new connection. */
    private boolean disconnected() {
        lock.lock();
        try {
            socket = null;
            running = !closed && !(channels.isEmpty() && leaving.isEmpty());
            channels.values().forEach(Listener::cut);
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

    /** Not by the thread that reads: the server may want to be read before it reads on. */
    private void attach(WebSocket next) {
        lock.lock();
        try {
            if (latest == next) { // else it has been cut already
                channels.values().forEach(listener -> send(next, listener.again()));
                leaving.keySet().forEach(channel -> send(next, new StreamMessage.Leave(channel, false)));
                socket = next;
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(SandboxException why) {
        Map<Integer, Listener> all;
        lock.lock();
        try {
            all = Map.copyOf(channels);
            channels.clear();
            leaving.values().forEach(SandboxStream::gone);
            leaving.clear();
            socket = null;
            running = false;
        } finally {
            lock.unlock();
        }
        all.values().forEach(listener -> listener.fail(why));
    }

    /** Ends the connection, unless somebody has opened a channel meanwhile. */
    boolean closeIfIdle() {
        lock.lock();
        try {
            if (!channels.isEmpty() || !leaving.isEmpty()) {
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
