package dev.sandjar.engine;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxListener;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxStats;
import dev.sandjar.Signal;
import dev.sandjar.SshConnection;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.files.AgentFiles;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.Subject;
import dev.sandjar.engine.stream.AgentCommand;
import dev.sandjar.engine.stream.ChannelConnection;
import dev.sandjar.engine.stream.ChannelListener;
import dev.sandjar.engine.stream.Endings;
import dev.sandjar.engine.stream.ProcessInfos;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A caller's handle on a sandbox: says what is asked for, and to whom. */
final class EngineSandbox implements Sandbox {
    private final Engine engine;
    private final LiveSandbox sandbox;
    private final boolean created;
    private final SandboxFiles files;

    EngineSandbox(Engine engine, LiveSandbox sandbox, boolean created) {
        this.engine = engine;
        this.sandbox = sandbox;
        this.created = created;
        this.files = new AgentFiles(sandbox, engine.config().agentLimit());
    }

    @Override
    public SandboxId id() {
        return sandbox.id();
    }

    @Override
    public SandboxInfo info() {
        return sandbox.info();
    }

    @Override
    public Ending run(CommandSpec command, Consumer<Output> output) throws InterruptedException {
        return AgentCommand.run(sandbox, command, output);
    }

    @Override
    public RunningCommand start(CommandSpec command, CommandId id) {
        return AgentCommand.start(sandbox, command, id);
    }

    @Override
    public RunningCommand attach(CommandId command, long offset) {
        return AgentCommand.attach(sandbox, command, offset);
    }

    @Override
    public List<CommandInfo> commands() {
        AgentConnection agent = sandbox.asked();
        try {
            boolean cut = agent.knowsCut();
            return Replies.commands(agent.call(cut ? Requests.commandsCut() : Requests.commands()), cut).stream()
                    .map(Endings::info)
                    .toList();
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
    }

    @Override
    public List<ProcessInfo> processes() {
        AgentConnection agent = sandbox.asked();
        try {
            return Replies.processes(agent.call(Requests.processes(), Subject.processes())).stream()
                    .map(ProcessInfos::of)
                    .toList();
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
    }

    @Override
    public void signal(ProcessId process, Signal signal) {
        sandbox.agent()
                .call(
                        Requests.signalProcess(
                                process.pid(), process.startedAt().toEpochMilli(), signal.number()),
                        Subject.process(process.pid()));
    }

    @Override
    public SandboxFiles files() {
        return files;
    }

    @Override
    public SandboxConnection dial(int port) {
        return ChannelConnection.dial(sandbox, port);
    }

    @Override
    public SandboxListener listen(int port) {
        return ChannelListener.open(sandbox, port);
    }

    @Override
    public SandboxConnection sftp() {
        return ChannelConnection.sftp(sandbox);
    }

    @Override
    public SshConnection ssh() {
        throw SandboxException.notSupported(
                "SSH", "a place without a server", "run sandjar serve, and name that server; or use sandjar exec");
    }

    @Override
    public URI url(int port) {
        throw SandboxException.notSupported(
                "a port's address",
                "a place without a server",
                "run sandjar serve, and name that server; or dial the port");
    }

    @Override
    public void pause() {
        uninterrupted(() -> engine.pausing().pause(sandbox));
    }

    @Override
    public void stop() {
        uninterrupted(() -> engine.pausing().stop(sandbox));
    }

    @Override
    public void resume() {
        uninterrupted(() -> engine.pausing().resume(sandbox));
    }

    @Override
    public SandboxInfo renew(Duration ttl) {
        SandboxSpec.checkTtl(ttl);
        uninterrupted(() -> engine.renew(sandbox, ttl));
        return sandbox.info();
    }

    @Override
    public SandboxStats stats() {
        AgentConnection agent = sandbox.asked();
        try {
            Replies.Stats stats = Replies.stats(agent.call(Requests.stats()));
            return new SandboxStats(
                    Duration.ofNanos(stats.cpuMicros() * 1_000),
                    stats.memory(),
                    stats.memoryLimit() == 0 ? OptionalLong.empty() : OptionalLong.of(stats.memoryLimit()),
                    stats.processes(),
                    stats.disk() < 0 ? OptionalLong.empty() : OptionalLong.of(stats.disk()));
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
    }

    @Override
    public void delete() {
        uninterrupted(() -> engine.lifecycle().delete(sandbox, "it was deleted"));
    }

    @Override
    public void close() {
        if (created) {
            boolean interrupted = Thread.interrupted(); // whoever is interrupted leaves nothing behind either
            try {
                delete();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private static void uninterrupted(Work work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            throw AgentConnection.interrupted(e);
        }
    }
}
