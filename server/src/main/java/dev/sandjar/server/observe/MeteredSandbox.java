package dev.sandjar.server.observe;

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
import dev.sandjar.SandboxFiles;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxListener;
import dev.sandjar.SandboxStats;
import dev.sandjar.Signal;
import dev.sandjar.SshConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A sandbox whose commands are counted: all as they start, those that are waited for also by how and when they end. */
final class MeteredSandbox implements Sandbox {
    private final Sandbox sandbox;
    private final MeterRegistry meters;

    MeteredSandbox(Sandbox sandbox, MeterRegistry meters) {
        this.sandbox = sandbox;
        this.meters = meters;
    }

    @Override
    public Ending run(CommandSpec command, Consumer<Output> output) throws InterruptedException {
        started();
        Timer.Sample start = Timer.start(meters);
        Ending ending = sandbox.run(command, output);
        start.stop(meters.timer("sandjar.commands", "ending", word(ending)));
        return ending;
    }

    @Override
    public RunningCommand start(CommandSpec command, CommandId id) {
        started();
        return sandbox.start(command, id);
    }

    private void started() {
        meters.counter("sandjar.commands.started").increment();
    }

    private static String word(Ending ending) {
        return switch (ending) {
            case Ending.Exited _ -> "exited";
            case Ending.Killed _ -> "killed";
            case Ending.TimedOut _ -> "timed_out";
            case Ending.OutOfMemory _ -> "out_of_memory";
            case Ending.Lost _ -> "lost";
        };
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
    public RunningCommand attach(CommandId command, long offset) {
        return sandbox.attach(command, offset);
    }

    @Override
    public List<CommandInfo> commands() {
        return sandbox.commands();
    }

    @Override
    public List<ProcessInfo> processes() {
        return sandbox.processes();
    }

    @Override
    public void signal(ProcessId process, Signal signal) {
        sandbox.signal(process, signal);
    }

    @Override
    public SandboxFiles files() {
        return sandbox.files();
    }

    @Override
    public SandboxConnection dial(int port) {
        return sandbox.dial(port);
    }

    @Override
    public SandboxListener listen(int port) {
        return sandbox.listen(port);
    }

    @Override
    public SandboxConnection sftp() {
        return sandbox.sftp();
    }

    @Override
    public SshConnection ssh() {
        return sandbox.ssh();
    }

    @Override
    public URI url(int port) {
        return sandbox.url(port);
    }

    @Override
    public void pause() {
        sandbox.pause();
    }

    @Override
    public void stop() {
        sandbox.stop();
    }

    @Override
    public void resume() {
        sandbox.resume();
    }

    @Override
    public SandboxInfo renew(Duration ttl) {
        return sandbox.renew(ttl);
    }

    @Override
    public SandboxStats stats() {
        return sandbox.stats();
    }

    @Override
    public void delete() {
        sandbox.delete();
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
