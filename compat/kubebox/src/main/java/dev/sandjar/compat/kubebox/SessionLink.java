package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.RefusedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import dev.sandjar.compat.kubebox.socket.Events;
import dev.sandjar.compat.kubebox.socket.SocketIo;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One session's connection, and its streams. A connection for each session, because servers know a session by the connection that it was bound to
 * last, and answer questions about a process by that too. It is made when it is needed first, and anew when it was lost while streams are under way.
 */
final class SessionLink implements Events, AutoCloseable {
    private final String sessionId;
    private final Settings settings;
    private final ReentrantLock opening = new ReentrantLock();
    private final Streams streams;
    private final Statuses statuses;
    private final Reconnecting reconnecting;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Binding latest;

    /** A connection, and whether the server has bound it to the session. One value, for the end of an older one may be told late. */
    private record Binding(SocketIo socket, CompletableFuture<Boolean> bound) {}

    SessionLink(String sessionId, Settings settings) {
        this.sessionId = sessionId;
        this.settings = settings;
        this.streams = new Streams(settings);
        this.statuses = new Statuses(settings.answerLimit());
        this.reconnecting = new Reconnecting(sessionId, settings.reconnectLimit(), streams, this);
    }

    Duration silenceLimit() {
        return settings.silenceLimit();
    }

    /** A connection that looks whether the server is there and lets us in, and is closed again. */
    static void tryOut(Settings settings) throws InterruptedException {
        connect(settings, new Events() {
                    @Override
                    public void event(String name, JsonNode payload) {}

                    @Override
                    public void lost(SocketIo which, ConnectionLostException why) {}
                })
                .close();
    }

    private static SocketIo connect(Settings settings, Events events) throws InterruptedException {
        URI target = settings.resolve("/socket.io/?EIO=4&transport=websocket");
        URI address = URI.create(target.toString().replaceFirst("^http", "ws"));
        return SocketIo.connect(
                address,
                settings.credentials().authorization("GET", address, new byte[0]),
                settings.tls(),
                events,
                settings.connectLimit());
    }

    /** The connection, bound to the session; streams that are under way go on by a new one. */
    SocketIo open() throws InterruptedException {
        if (!opening.tryLock(settings.reconnectLimit().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new WaitLimitException(
                    "session " + sessionId + " has no connection",
                    settings.reconnectLimit(),
                    "reconnectLimit",
                    "try again");
        }
        try {
            Binding current = latest;
            if (current != null && current.socket.isOpen()) {
                return current.socket;
            }
            if (closed.getCount() == 0) {
                throw disconnected();
            }
            return begin();
        } finally {
            opening.unlock();
        }
    }

    private SocketIo begin() throws InterruptedException {
        statuses.lost(
                new ConnectionLostException("the connection of session " + sessionId + " was lost", "ask again", null));
        SocketIo fresh = connect(settings, this);
        var binding = new Binding(fresh, new CompletableFuture<>());
        latest = binding; // what becomes of one before it does not matter any more
        try {
            if (closed.getCount() == 0) {
                throw disconnected(); // while it was made
            }
            bind(binding);
            goOn(fresh);
            return fresh;
        } catch (InterruptedException | RuntimeException e) {
            fresh.close();
            reconnecting.ifNeeded(); // nobody is told that it was closed
            throw e;
        }
    }

    private void bind(Binding fresh) throws InterruptedException {
        fresh.socket.emit("initialize", session());
        try {
            fresh.bound.get(settings.answerLimit().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new WaitLimitException(
                    "the server did not say that session " + sessionId + " is initialized",
                    settings.answerLimit(),
                    "answerLimit",
                    "look whether it knows the session: initializeSession");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KubeboxException ours ? ours : new IllegalStateException(e.getCause());
        }
    }

    /** Streams that were under way. At a server that does not number its output, what came while nobody was there is gone. */
    private void goOn(SocketIo fresh) throws InterruptedException {
        for (long processId : streams.processes()) {
            if (!streams.areNumbered()) {
                statuses.ask(processId, () -> fresh.emit("check_status", process(processId))); // its answer tells
            }
            ObjectNode process = process(processId);
            streams.goOn(processId).ifPresent(offset -> process.put("offset", offset));
            fresh.emit("start_command_stream", process);
        }
    }

    /** Follows a command that the server has started. */
    StreamProcess stream(long processId) throws InterruptedException {
        SocketIo on = open();
        Backlog backlog = streams.begin(processId);
        try {
            on.emit("start_command_stream", process(processId));
        } catch (ConnectionLostException e) {
            open(); // which starts them all
        }
        return new StreamProcess(this, processId, backlog);
    }

    void forget(long processId, Backlog backlog) {
        backlog.forget();
        streams.remove(processId, backlog);
    }

    Status status(long processId) throws InterruptedException {
        SocketIo on = open();
        return statuses.ask(processId, () -> on.emit("check_status", process(processId)));
    }

    /**
     * Returns while a stream that has been silent may still give something.
     *
     * @param backlog fails when its process is no more, and the exit does not come either
     */
    void confirm(long processId, Backlog backlog) throws InterruptedException {
        if (status(processId) == Status.RUNNING) {
            return;
        }
        if (!backlog.awaitSomething(settings.answerLimit())) {
            streams.remove(processId, backlog);
            backlog.fail(new ConnectionLostException(
                    "process " + processId + " has ended or is not known, and the server has not told how it ended",
                    "what came until here is all that is known",
                    null));
        }
    }

    @Override
    public void event(String name, JsonNode payload) {
        switch (name) {
            case "initialized" -> {
                Binding current = latest;
                if (current != null
                        && payload.path("session_id").asText(sessionId).equals(sessionId)) {
                    current.bound.complete(true);
                }
            }
            case "command_output" -> streams.output(payload);
            case "command_exit" -> streams.exit(payload);
            case "command_error" -> error(payload);
            case "status" -> {
                streams.lookAt(payload);
                statuses.told(payload);
            }
            default -> {} // servers have words that this protocol gives no meaning
        }
    }

    /** For what it answers, if it says so, as Sandjar's server does; else for the stream of the process that it names, or for whoever waits. */
    private void error(JsonNode payload) {
        var refused = new RefusedException(
                "the server says of session " + sessionId + ": "
                        + payload.path("error").asText("an error of no name"),
                200,
                "change what it names");
        long processId = payload.path("process_id").asLong();
        switch (payload.path("event").asText()) {
            case "initialize" -> failBinding(refused);
            case "start_command_stream" -> streams.fail(processId, refused);
            case "check_status" -> statuses.refused(payload, refused);
            default -> {
                boolean told = payload.has("process_id") ? streams.fail(processId, refused) : failBinding(refused);
                if (!told) {
                    statuses.refused(payload, refused);
                }
            }
        }
    }

    /** Whether anybody waited for it. */
    private boolean failBinding(KubeboxException why) {
        Binding current = latest;
        return current != null && current.bound.completeExceptionally(why);
    }

    @Override
    public void lost(SocketIo which, ConnectionLostException why) {
        Binding current = latest;
        if (current != null && current.socket == which) {
            current.bound.completeExceptionally(why);
            statuses.lost(why);
            reconnecting.ifNeeded();
        }
    }

    /** Whether there is a connection, or nobody wants one any more. */
    boolean isConnected() {
        Binding current = latest;
        return closed.getCount() == 0 || (current != null && current.socket.isOpen());
    }

    /** False when time is up before. */
    boolean awaitClosed(Duration limit) throws InterruptedException {
        return closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private ObjectNode session() {
        return Answer.JSON.createObjectNode().put("session_id", sessionId);
    }

    private ObjectNode process(long processId) {
        return session().put("process_id", processId);
    }

    private ConnectionLostException disconnected() {
        return new ConnectionLostException(
                "session " + sessionId + " was disconnected here", "initializeSession again", null);
    }

    /** Streams end with an exception. */
    @Override
    public void close() {
        closed.countDown();
        Binding current = latest;
        if (current != null) {
            current.socket.close();
        }
        streams.failAll(_ -> disconnected());
        statuses.lost(disconnected());
    }
}
