package dev.sandjar.server.door.kubebox;

import dev.sandjar.CommandInfo;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.server.limit.RateLimits;
import io.socket.socketio.server.SocketIoSocket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.json.JSONObject;

/** One connected client: its events, answered one after another, and the streams that it has asked for. No event goes without an answer. */
final class SocketClient {
    private static final Logger LOG = Logger.getLogger(SocketClient.class);
    private static final int MOST_STREAMS = 500;
    private static final int LONGEST_SESSION = 255;
    private static final Set<String> EVENTS = Set.of("initialize", "start_command_stream", "check_status");

    private record Key(String session, int process) {}

    private final String owner;
    private final Sandboxes sandboxes;
    private final Sessions sessions;
    private final HeldCommands held;
    private final RateLimits limits;
    private final SocketLine line;
    private final SocketIoSocket socket;
    private final Map<Key, Thread> streams = new ConcurrentHashMap<>();

    SocketClient(
            String owner,
            Sandboxes sandboxes,
            Sessions sessions,
            HeldCommands held,
            RateLimits limits,
            SocketLine line,
            SocketIoSocket socket) {
        this.owner = owner;
        this.sandboxes = sandboxes;
        this.sessions = sessions;
        this.held = held;
        this.limits = limits;
        this.line = line;
        this.socket = socket;
    }

    /** An event of the client's. */
    void take(String event, Object... arguments) {
        JSONObject asked = arguments.length > 0 && arguments[0] instanceof JSONObject json ? json : new JSONObject();
        try {
            limits.take(owner);
            switch (event) {
                case "initialize" -> initialize(asked);
                case "start_command_stream" -> start(asked);
                case "check_status" -> status(asked);
                default ->
                    throw new Refusal(400, "Unknown event; there are initialize, start_command_stream, check_status");
            }
        } catch (Refusal e) {
            error(about(event, asked), e.detail().asText());
        } catch (SandboxException e) {
            error(about(event, asked), Refusal.known(socket.getId(), e).detail().asText());
        } catch (RateLimits.TooMany e) {
            error(about(event, asked), Refusal.text(e.error()));
        } catch (RuntimeException e) {
            LOG.error(socket.getId(), e);
            error(about(event, asked), "Internal error; the server's log says more");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the client is gone
        }
    }

    private void initialize(JSONObject asked) throws InterruptedException {
        Session session = session(asked);
        send("initialized", new JSONObject().put("status", "success").put("session_id", session.name()));
    }

    private void status(JSONObject asked) throws InterruptedException {
        String name = name(asked);
        int process = process(asked);
        Optional<CommandInfo> found;
        try {
            found = Processes.find(session(asked), process);
        } catch (Refusal noSession) {
            found = Optional.empty();
        }
        send(
                "status",
                new JSONObject()
                        .put(
                                "running",
                                found.<Object>map(info -> info.ending().isEmpty())
                                        .orElse(JSONObject.NULL))
                        .put("session_id", name)
                        .put("process_id", process));
    }

    // ---- streams

    private void start(JSONObject asked) {
        Session session = session(asked);
        int process = process(asked);
        long offset = offset(asked);
        CommandInfo info = Processes.get(session, process);
        if (streams.size() >= MOST_STREAMS) {
            throw new Refusal(
                    429, "You watch " + MOST_STREAMS + " processes; wait until some end, or connect once more");
        }
        var key = new Key(session.name(), process);
        if (streams.containsKey(key)) {
            throw new Refusal(409, "You watch this process already");
        }
        RunningCommand command = session.sandbox().attach(info.id(), offset);
        var stream = new CommandStream(session, process, command, offset, this);
        try {
            stream.hold(); // only then who was before may let go
        } catch (RuntimeException e) {
            command.close();
            throw e;
        }
        held.follow(stream.sandbox(), info.id());
        Thread thread = Thread.ofVirtual().name("kubebox-stream").unstarted(() -> run(key, stream));
        streams.put(key, thread);
        thread.start();
        if (line.isGone()) { // perhaps after the others were told
            thread.interrupt();
        }
    }

    private void run(Key key, CommandStream stream) {
        boolean cut = false;
        try {
            stream.run();
        } catch (InterruptedException gone) {
            cut = true;
        } catch (RuntimeException e) {
            LOG.error(socket.getId(), e);
            error(new JSONObject().put("session_id", key.session()).put("process_id", key.process()), "Internal error");
        } finally {
            streams.remove(key);
            held.leave(owner, stream.sandbox(), stream.command(), cut);
        }
    }

    /** The client is gone. What it watched goes on. */
    void gone() {
        streams.values().forEach(Thread::interrupt);
    }

    // ---- what is asked

    private Session session(JSONObject asked) {
        return sessions.find(owner, sandboxes, name(asked));
    }

    private static String name(JSONObject asked) {
        if (asked.opt("session_id") instanceof String name
                && name.length() <= LONGEST_SESSION
                && name.indexOf('\0') < 0) {
            return name;
        }
        throw new Refusal(422, "session_id is missing or malformed, allowed: a string of at most 255 characters");
    }

    private static int process(JSONObject asked) {
        if (asked.opt("process_id") instanceof Integer process) {
            return process;
        }
        throw new Refusal(422, "process_id is missing or malformed, allowed: a whole number");
    }

    private static long offset(JSONObject asked) {
        return switch (asked.opt("offset")) {
            case null -> 0;
            case Integer offset when offset >= 0 -> offset;
            case Long offset when offset >= 0 -> offset;
            default -> throw new Refusal(422, "offset is malformed, allowed: a whole number, 0 or more");
        };
    }

    private static JSONObject about(String event, JSONObject asked) {
        var about = new JSONObject();
        if (EVENTS.contains(event)) {
            about.put("event", event); // without it a client cannot tell a question that failed from a stream that did
        }
        if (asked.opt("session_id") instanceof String name && name.length() <= LONGEST_SESSION) {
            about.put("session_id", name);
        }
        if (asked.opt("process_id") instanceof Integer process) {
            about.put("process_id", process);
        }
        return about;
    }

    // ---- what is answered

    /** Waits until there is room; a client that is gone is an interruption. */
    void send(String event, JSONObject what) throws InterruptedException {
        line.awaitRoom();
        if (line.isGone()) {
            throw new InterruptedException("the client is gone");
        }
        socket.send(event, what);
    }

    void error(JSONObject about, String error) {
        try {
            send("command_error", about.put("error", error));
        } catch (InterruptedException gone) {
            // nobody to tell
        }
    }
}
