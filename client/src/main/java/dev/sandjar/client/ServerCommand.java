package dev.sandjar.client;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.OutputRange;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A command in a sandbox at a server. */
final class ServerCommand implements RunningCommand {
    private final Server server;
    private final SandboxId sandbox;
    private final CommandId id;
    private final long from;
    private final boolean held;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private @Nullable OutputFollower follower;
    private @Nullable Iterator<Output> output;
    private boolean confirming;
    private @Nullable SplitOutput split;
    private @Nullable StdinStream stdin;
    private volatile Optional<Ending> ending = Optional.empty();

    private ServerCommand(Server server, SandboxId sandbox, CommandId id, long from, boolean held) {
        this.server = server;
        this.sandbox = sandbox;
        this.id = id;
        this.from = from;
        this.held = held;
    }

    static ServerCommand start(Server server, SandboxId sandbox, CommandSpec spec, CommandId id) {
        server.tell(startCall(ServerSandbox.at(sandbox, "commands", id), spec));
        return new ServerCommand(server, sandbox, id, 0, spec.retention() == CommandSpec.Retention.HOLD);
    }

    static ServerCommand attach(Server server, SandboxId sandbox, CommandId id, long offset) {
        server.tell(Call.get(ServerSandbox.at(sandbox, "commands", id).with("offset", offset)));
        return new ServerCommand(server, sandbox, id, offset, true);
    }

    /** Runs a command to its end; starting and following are one request. */
    static Ending run(Server server, SandboxId sandbox, CommandSpec spec, Consumer<Output> output)
            throws InterruptedException {
        var command = new ServerCommand(server, sandbox, CommandId.random(), 0, true);
        try (var follower = OutputFollower.start(server, sandbox, command.id, spec)) {
            Ending ending = drain(follower, output);
            if (!(ending instanceof Ending.Lost)) {
                server.mention(Call.delete(command.at()));
            }
            return ending;
        } catch (SandboxException e) {
            if (!Thread.interrupted()) {
                throw e;
            }
            new Killing(server, command.at("kill")).run();
            throw new InterruptedException("interrupted while the command ran");
        } catch (RuntimeException readersMistake) {
            new Killing(server, command.at("kill")).run();
            throw readersMistake;
        }
    }

    private static Ending drain(OutputFollower follower, Consumer<Output> to) {
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

    /** A second start of the same command means that the first one succeeded. */
    static Call startCall(Target target, CommandSpec spec) {
        return Call.put(target, Specs.write(spec)).againUntil(ErrorCode.ALREADY_EXISTS);
    }

    private Target at() {
        return ServerSandbox.at(sandbox, "commands", id);
    }

    private Target at(String what) {
        return ServerSandbox.at(sandbox, "commands", id, what);
    }

    @Override
    public CommandId id() {
        return id;
    }

    @Override
    public CommandInfo info() {
        return server.ask(Call.get(at()), Infos::command);
    }

    @Override
    public OutputRange read(Set<Output.Stream> streams, long begin, long end) {
        return LogRange.read(server, at("log"), streams, begin, end);
    }

    @Override
    public Iterator<Output> output() {
        lock.lock();
        try {
            if (split != null) {
                throw new IllegalStateException("stdout() and stderr() are in use; read a command in one way");
            }
            if (output == null) {
                OutputFollower opened = follow();
                if (confirming) {
                    opened.confirm(from);
                }
                output = new OutputIterator(opened, this::ended);
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
            if (split != null) {
                throw new IllegalStateException(
                        "stdout() and stderr() are in use; what they read is confirmed as read");
            }
            confirming = true;
            if (follower != null) {
                follower.confirm(offset);
            } else if (offset > from) {
                throw OutputFollower.beyond(offset, from);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InputStream stdout() {
        return split().input(Output.Stream.STDOUT);
    }

    @Override
    public InputStream stderr() {
        return split().input(Output.Stream.STDERR);
    }

    private SplitOutput split() {
        lock.lock();
        try {
            if (output != null) {
                throw new IllegalStateException("output() is in use; read a command in one way");
            }
            if (split == null) {
                split = new SplitOutput(follow(), held, this::ended);
            }
            return split;
        } finally {
            lock.unlock();
        }
    }

    private OutputFollower follow() {
        OutputFollower opened = OutputFollower.open(server, sandbox, id, from);
        follower = opened;
        return opened;
    }

    @Override
    public OutputStream stdin() {
        lock.lock();
        try {
            if (stdin == null) {
                stdin = StdinStream.open(server, sandbox, id);
            }
            return stdin;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void signal(Signal signal) {
        server.tell(Call.post(at("signal"), Json.object().put("signal", signal.number())));
    }

    @Override
    public void kill() {
        server.tell(Call.post(at("kill")).again());
    }

    @Override
    public void resize(Window window) {
        server.tell(Call.put(at("window"), Specs.write(window)));
    }

    @Override
    public Ending await() throws InterruptedException {
        return await(Awaiting.FOR_EVER).orElseThrow();
    }

    @Override
    public Optional<Ending> await(Duration longest) throws InterruptedException {
        if (ending.isEmpty()) {
            new Awaiting(server, at("ending").with("offset", from), from)
                    .await(longest)
                    .ifPresent(this::ended);
        }
        return ending;
    }

    private void ended(Ending seen) {
        ending = Optional.of(seen);
    }

    @Override
    public void forget() {
        server.tell(Call.delete(at()).againUntil(ErrorCode.COMMAND_NOT_FOUND));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (follower != null) {
                follower.close();
            }
            if (stdin != null) {
                stdin.letGo();
            }
        } finally {
            lock.unlock();
        }
    }
}
