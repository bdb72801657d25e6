package dev.sandjar.compat.kubebox.socket;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.RefusedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * One connection. It reads no further while an event is being told: a slow listener makes its server wait, and nothing piles up. A server that is
 * silent for longer than it said it would be is taken for dead.
 */
public final class SocketIo implements AutoCloseable {
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Events events;
    private final String server;
    private final Wire wire;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicBoolean told = new AtomicBoolean(); // that it is over, or that nobody wants to know
    private volatile long heard = System.nanoTime();
    private volatile boolean busy; // with an event

    private SocketIo(URI address, Optional<String> authorization, SSLContext tls, Events events, Duration limit) {
        this.events = events;
        this.server = address.getAuthority();
        this.wire = new Wire(address, authorization, tls, limit, this);
    }

    /**
     * Connects, and returns once the server has let us in.
     *
     * @param address of the WebSocket, {@code ws:} or {@code wss:}
     * @param authorization header of the upgrade, if there is one
     * @param tls vouches for the server, for {@code wss:}
     * @param events is told what comes
     * @param limit of the whole
     * @return to be closed
     * @throws RefusedException when the server does not want us
     * @throws ConnectionLostException when there is none, or it speaks something else
     * @throws WaitLimitException when it takes too long
     * @throws InterruptedException when the caller is interrupted
     */
    public static SocketIo connect(
            URI address, Optional<String> authorization, SSLContext tls, Events events, Duration limit)
            throws InterruptedException {
        var made = new SocketIo(address, authorization, tls, events, limit);
        Thread.ofVirtual().name("kubebox-read-" + made.server).start(made.wire);
        try {
            made.ready.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return made;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KubeboxException ours ? ours : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            made.abandon();
            throw new WaitLimitException(
                    made.server + " has not let us in",
                    limit,
                    "connectLimit",
                    "look whether it is a server of kubebox's protocol");
        } catch (InterruptedException e) {
            made.abandon();
            throw e;
        }
    }

    private void abandon() {
        told.set(true);
        over.countDown();
        wire.cut();
    }

    /**
     * Tells the server something.
     *
     * @param event its name
     * @param payload what goes with it
     * @throws ConnectionLostException when the connection is over
     */
    public void emit(String event, JsonNode payload) {
        send("42" + Packet.JSON.createArrayNode().add(event).add(payload));
    }

    private void send(String text) {
        if (!isOpen()) {
            throw lost("it is closed", null);
        }
        try {
            wire.send(text);
        } catch (WebsocketNotConnectedException e) {
            throw lost("it is closed", e);
        }
    }

    /**
     * Whether it still stands, as far as is known.
     *
     * @return false once it was closed or lost
     */
    public boolean isOpen() {
        return over.getCount() > 0;
    }

    /** The next message of the server. */
    void take(String text) {
        if (!isOpen()) {
            return; // what was read before it was over, and does not count any more
        }
        busy = true;
        try {
            take(Packet.parse(text));
        } catch (ConnectionLostException e) {
            end(e); // while it was answered
        } catch (IllegalArgumentException e) {
            end(lost("the server sent " + e.getMessage(), e));
        } finally {
            heard = System.nanoTime();
            busy = false;
        }
    }

    private void take(Packet packet) {
        switch (packet) {
            case Packet.Opened(Duration silence) -> {
                Thread.ofVirtual().name("kubebox-heartbeat-" + server).start(() -> watch(silence));
                send("40");
            }
            case Packet.Ping(String payload) -> send("3" + payload);
            case Packet.Connected _ -> ready.complete(true);
            case Packet.Refused(String why) ->
                end(new RefusedException(
                        server + " refused the connection: " + why, 200, "give the credentials that it wants"));
            case Packet.Event(String name, JsonNode payload) -> events.event(name, payload);
            case Packet.Closed _ -> end(lost("the server let go of it", null));
            case Packet.Nothing _ -> {}
        }
    }

    /** A server that said it would be heard of, and is not, is dead; but not while it is we who do not listen. */
    private void watch(Duration silence) {
        try {
            while (true) {
                long quiet = busy ? 0 : System.nanoTime() - heard;
                long left = silence.toNanos() - quiet;
                if (left <= 0) {
                    end(lost("it was silent for " + silence.toMillis() + " ms", null));
                    return;
                }
                if (over.await(left, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whoever comes first says why; later ones change nothing. */
    void end(KubeboxException why) {
        if (!told.compareAndSet(false, true)) {
            return;
        }
        over.countDown();
        wire.cut();
        if (!ready.completeExceptionally(why)) {
            events.lost(
                    this,
                    why instanceof ConnectionLostException lost ? lost : lost(String.valueOf(why.getMessage()), why));
        }
    }

    ConnectionLostException lost(String why, @Nullable Throwable cause) {
        return new ConnectionLostException(
                "the connection to " + server + " was lost: " + why, "look whether the server runs", cause);
    }

    /** Why there is no connection. */
    KubeboxException failure(int status, String why, @Nullable Throwable cause) {
        if (status == 0) {
            return new ConnectionLostException(
                    "no connection to " + server + " (" + why + ")",
                    "look whether the address is right and the server runs",
                    cause);
        }
        return new RefusedException(
                server + " refused the connection: " + status,
                status,
                status == 401 || status == 403
                        ? RefusedException.UNKNOWN_CALLER
                        : "look whether it is a server of kubebox's protocol");
    }

    /** Says goodbye, and waits a second at most for the server to have heard it. */
    @Override
    public void close() {
        if (told.compareAndSet(false, true)) {
            over.countDown();
            wire.sayGoodbye(GOODBYE);
            wire.cut();
        }
    }
}
