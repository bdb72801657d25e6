package dev.sandjar.client;

import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
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
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A caller's handle on a sandbox at a server. */
final class ServerSandbox implements Sandbox {
    private final Server server;
    private final SandboxId id;
    private final boolean created;
    private final SandboxFiles files;

    ServerSandbox(Server server, SandboxId id, boolean created) {
        this.server = server;
        this.id = id;
        this.created = created;
        this.files = new ServerFiles(server, id);
    }

    /** A path below a sandbox's own. */
    static Target at(SandboxId id, Object... more) {
        return Target.of(Stream.concat(Stream.of("v1", "api", "sandboxes", id), Stream.of(more))
                .toArray());
    }

    @Override
    public SandboxId id() {
        return id;
    }

    @Override
    public SandboxInfo info() {
        return server.ask(Call.get(at(id)), Infos::sandbox);
    }

    @Override
    public Ending run(CommandSpec command, Consumer<Output> output) throws InterruptedException {
        return ServerCommand.run(server, id, command, output);
    }

    @Override
    public RunningCommand start(CommandSpec command, CommandId commandId) {
        return ServerCommand.start(server, id, command, commandId);
    }

    @Override
    public RunningCommand attach(CommandId command, long offset) {
        return ServerCommand.attach(server, id, command, offset);
    }

    @Override
    public List<CommandInfo> commands() {
        return server.ask(Call.get(at(id, "commands")), json -> Json.list(json, Infos::command));
    }

    @Override
    public List<ProcessInfo> processes() {
        return server.ask(Call.get(at(id, "processes")), json -> Json.list(json, Infos::process));
    }

    @Override
    public void signal(ProcessId process, Signal signal) {
        server.tell(Call.post(at(id, "processes", process.pid(), "signal"), Specs.write(process, signal)));
    }

    @Override
    public SandboxFiles files() {
        return files;
    }

    @Override
    public SandboxConnection dial(int port) {
        return FramedConnection.dial(server, id, port);
    }

    @Override
    public SandboxListener listen(int port) {
        throw SandboxException.notSupported("listening in a sandbox", "over a server", "forward a port by SSH: ssh -R");
    }

    @Override
    public SandboxConnection sftp() {
        return FramedConnection.sftp(server, id);
    }

    @Override
    public SshConnection ssh() {
        return ServerSsh.open(server, id);
    }

    @Override
    public URI url(int port) {
        return server.ask(Call.post(Target.of("v1", "sandboxes", id, "access", port)), Infos::url);
    }

    @Override
    public void pause() {
        server.tell(Call.post(at(id, "pause")));
    }

    @Override
    public void stop() {
        server.tell(Call.post(at(id, "stop")));
    }

    @Override
    public void resume() {
        server.tell(Call.post(at(id, "resume")));
    }

    @Override
    public SandboxInfo renew(Duration ttl) {
        return server.ask(Call.put(at(id, "ttl"), Specs.write(SandboxSpec.checkTtl(ttl))), Infos::sandbox);
    }

    @Override
    public SandboxStats stats() {
        return server.ask(Call.get(at(id, "stats")), Infos::stats);
    }

    @Override
    public void delete() {
        try {
            server.tell(Call.delete(at(id)).again());
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.SANDBOX_NOT_FOUND) {
                throw e;
            } // gone already
        }
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
}
