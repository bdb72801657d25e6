package dev.sandjar.engine.stream;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.OutputRange;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Request;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.Subject;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A command in a sandbox, through its agent. */
public final class AgentCommand implements RunningCommand {
    private static final int JOURNAL = 4 << 20; // at most; see CommandSpec.Retention
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final LiveSandbox sandbox;
    private final CommandId id;
    private final long from;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private @Nullable OutputIterator output;
    private @Nullable OutputFollower reader; // behind output
    private boolean confirming;
    private @Nullable InputStream stdout;
    private @Nullable InputStream stderr;
    private @Nullable OutputStream stdin;
    private @Nullable Channel input;
    private final List<OutputFollower> followers = new ArrayList<>();
    private Optional<Ending> ending = Optional.empty();

    private AgentCommand(LiveSandbox sandbox, CommandId id, long from) {
        this.sandbox = sandbox;
        this.id = id;
        this.from = from;
    }

    /** Starts a command. */
    public static AgentCommand start(LiveSandbox sandbox, CommandSpec spec, CommandId id) {
        AgentConnection agent = sandbox.agent();
        pid(agent, agent.open(startRequest(sandbox, id, spec)));
        return new AgentCommand(sandbox, id, 0);
    }

    /** Finds a command that was started before. */
    public static AgentCommand attach(LiveSandbox sandbox, CommandId id, long offset) {
        if (offset < 0) {
            throw SandboxException.invalid("offset", offset, "0 or more");
        }
        var command = new AgentCommand(sandbox, id, offset);
        long written = command.status(sandbox.asked()).written();
        if (offset > written) { // its reader would miss what comes, and take the offset for the end
            throw SandboxException.invalid("offset", offset, "0 to " + written + ", what was written so far");
        }
        return command;
    }

    private Replies.CommandStatus status(AgentConnection agent) {
        try {
            return Replies.status(agent.call(Requests.status(id.value()), Subject.command(id)));
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
    }

    /** Runs a command to its end; START and FOLLOW leave in one write. */
    public static Ending run(LiveSandbox sandbox, CommandSpec spec, Consumer<Output> output)
            throws InterruptedException {
        var id = CommandId.random();
        AgentConnection agent = sandbox.agent();
        List<Channel> channels = agent.open(
                List.of(startRequest(sandbox, id, spec), OutputFollower.request(id, 0, Requests.BOTH_STREAMS)));
        try (var follower = new OutputFollower(sandbox, id, 0, Requests.BOTH_STREAMS, _ -> {}, channels.get(1))) {
            pid(agent, channels.getFirst());
            Ending ending = drain(follower, output);
            if (!(ending instanceof Ending.Lost)) {
                agent.tell(Requests.forget(id.value()));
            }
            return ending;
        } catch (InterruptedException | RuntimeException e) { // nobody hears of it any more, wherever this was
            channels.forEach(Channel::close);
            agent.tell(Requests.signal(id.value(), Signal.KILL.number(), true));
            throw e;
        }
    }

    private static Ending drain(OutputFollower follower, Consumer<Output> to) throws InterruptedException {
        try {
            for (Output next = follower.next(); next != null; next = follower.next()) {
                to.accept(next);
            }
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.SANDBOX_LOST) {
                throw e;
            }
        }
        return follower.ending().orElseGet(() -> new Ending.Lost(follower.offset()));
    }

    private static Request startRequest(LiveSandbox sandbox, CommandId id, CommandSpec spec) {
        var sandboxSpec = sandbox.record().spec();
        var env = new LinkedHashMap<>(sandboxSpec.env());
        env.putAll(spec.env());
        var window = spec.terminal().orElse(Window.DEFAULT);
        int flags = (spec.stdin() ? Requests.STDIN : 0)
                | (spec.terminal().isPresent() ? Requests.TERMINAL : 0)
                | (spec.retention() == CommandSpec.Retention.HOLD ? Requests.HOLD : 0)
                | (spec.orSh() && sandbox.agent().knowsOrSh() ? Requests.OR_SH : 0);
        String own = sandboxSpec.cwd().orElse(LiveSandbox.WORKSPACE);
        String cwd =
                spec.cwd().map(to -> to.startsWith("/") ? to : own + "/" + to).orElse(own);
        Request request = Requests.start(
                id.value(),
                spec.argv(),
                env.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList(),
                cwd,
                flags,
                spec.limit(),
                window.rows(),
                window.columns(),
                JOURNAL);
        int largest = dev.sandjar.agent.Frame.MAX_PAYLOAD - 1;
        if (request.payload().remaining() > largest) {
            throw SandboxException.invalid(
                    "argv and env together", request.payload().remaining() + " bytes", "at most " + largest);
        }
        return request;
    }

    private static void pid(AgentConnection agent, Channel channel) {
        try {
            Replies.pid(agent.reply(channel, Subject.newCommand()));
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
    }

    @Override
    public CommandId id() {
        return id;
    }

    @Override
    public CommandInfo info() {
        CommandInfo info = Endings.info(status(sandbox.asked()));
        if (info.ending().isEmpty()) {
            sandbox.used(); // whoever asks after a command that runs waits for it
        }
        return info;
    }

    @Override
    public OutputRange read(Set<Output.Stream> streams, long begin, long end) {
        AgentConnection agent = sandbox.asked();
        return JournalReader.read(agent, status(agent), streams, begin, end);
    }

    @Override
    public Iterator<Output> output() {
        lock.lock();
        try {
            if (stdout != null) {
                throw new IllegalStateException("stdout() and stderr() are in use; read a command in one way");
            }
            if (output == null) {
                reader = follow(Requests.BOTH_STREAMS);
                if (confirming) {
                    reader.confirm(from);
                }
                output = new OutputIterator(reader);
            }
            return output;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void confirm(long offset) {
        lock.lock();
        try {
            if (stdout != null) {
                throw new IllegalStateException(
                        "stdout() and stderr() are in use; what they read is confirmed as read");
            }
            confirming = true;
            if (reader != null) {
                reader.confirm(offset);
            } else if (offset > from) {
                throw OutputFollower.beyond(offset, from);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InputStream stdout() {
        openBoth();
        return java.util.Objects.requireNonNull(stdout);
    }

    @Override
    public InputStream stderr() {
        openBoth();
        return java.util.Objects.requireNonNull(stderr);
    }

    /** Both at once: a stream that is followed later could miss what the other's reader let go. */
    private void openBoth() {
        lock.lock();
        try {
            if (output != null) {
                throw new IllegalStateException("output() is in use; read a command in one way");
            }
            if (stdout == null) {
                stdout = new OutputInput(follow(STDOUT));
                stderr = new OutputInput(follow(STDERR));
            }
        } finally {
            lock.unlock();
        }
    }

    private OutputFollower follow(int streams) {
        Channel channel = sandbox.agent().open(OutputFollower.request(id, from, streams));
        var follower = new OutputFollower(sandbox, id, from, streams, this::ended, channel);
        followers.add(follower);
        return follower;
    }

    @Override
    public OutputStream stdin() {
        lock.lock();
        try {
            if (stdin == null) {
                AgentConnection agent = sandbox.agent();
                input = agent.open(Requests.input(id.value()));
                agent.reply(input, Subject.stdin(id));
                stdin = new ChannelOutput(input, Subject.stdin(id), sandbox::used);
            }
            return stdin;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void signal(Signal signal) {
        sandbox.agent().call(Requests.signal(id.value(), signal.number(), false), Subject.command(id));
    }

    @Override
    public void kill() {
        sandbox.agent().call(Requests.signal(id.value(), Signal.KILL.number(), true), Subject.command(id));
    }

    @Override
    public void resize(Window window) {
        sandbox.agent().call(Requests.resize(id.value(), window.rows(), window.columns()), Subject.command(id));
    }

    @Override
    public Ending await() throws InterruptedException {
        return await(Duration.ofNanos(Long.MAX_VALUE)).orElseThrow();
    }

    @Override
    public Optional<Ending> await(Duration longest) throws InterruptedException {
        if (ending().isPresent()) {
            return ending();
        }
        try (var follower = new OutputFollower(sandbox, id, from, Requests.NO_STREAM, this::ended, null)) {
            while (follower.next(longest) != null) {
                // without streams there is nothing but the ending
            }
        } catch (OutputFollower.LimitReached e) {
            return Optional.empty();
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.SANDBOX_LOST && e.code() != ErrorCode.SANDBOX_NOT_FOUND) {
                throw e;
            }
            ended(new Ending.Lost(from));
        }
        return ending();
    }

    private Optional<Ending> ending() {
        lock.lock();
        try {
            return ending;
        } finally {
            lock.unlock();
        }
    }

    private void ended(Ending seen) {
        lock.lock();
        try {
            ending = Optional.of(seen);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forget() {
        sandbox.agent().call(Requests.forget(id.value()), Subject.command(id));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            followers.forEach(OutputFollower::close);
            if (input != null) {
                input.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
