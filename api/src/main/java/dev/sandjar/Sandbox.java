package dev.sandjar;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * One sandbox: its commands, files, ports and lifetime. Methods may be called from many threads at once.
 *
 * <p>Errors of all methods: {@code SANDBOX_NOT_FOUND} once it is gone, {@code INVALID_STATE} when it is paused,
 * {@code SANDBOX_LOST} when it has failed or its agent does not answer any more.
 */
public interface Sandbox extends AutoCloseable {
    /**
     * Its name.
     *
     * @return the id
     */
    SandboxId id();

    /**
     * How it is now.
     *
     * @return a fresh look
     */
    SandboxInfo info();

    /**
     * Runs a command to its end. See {@link CommandResult} for how much output is kept.
     *
     * @param argv program and arguments
     * @return its ending and output
     * @throws InterruptedException the command is killed
     */
    default CommandResult run(String... argv) throws InterruptedException {
        return run(CommandSpec.of(argv));
    }

    /**
     * Runs a command to its end.
     *
     * @param command what to run
     * @return its ending and output
     * @throws InterruptedException the command is killed
     */
    default CommandResult run(CommandSpec command) throws InterruptedException {
        var kept = new KeptOutput();
        return kept.result(run(command, kept));
    }

    /**
     * Runs a command to its end and hands on its output as it comes.
     *
     * @param command what to run
     * @param output told in order, by the calling thread; while it takes its time the command waits, as on any pipe. The bytes of a chunk are
     *     its own to keep. When it throws, the command is killed
     * @return its ending
     * @throws InterruptedException the command is killed
     */
    Ending run(CommandSpec command, Consumer<Output> output) throws InterruptedException;

    /**
     * Starts a command. A program that does not exist is no exception: the command ends with exit code 127 and a message, as in a shell.
     *
     * @param command what to start
     * @return the command
     * @throws SandboxException {@code START_FAILED} when the sandbox has no room for one more process
     */
    default RunningCommand start(CommandSpec command) {
        return start(command, CommandId.random());
    }

    /**
     * Starts a command under a name of the caller's, who can then find it whatever becomes of this call.
     *
     * @param command what to start
     * @param id a new one
     * @return the command
     * @throws SandboxException {@code ALREADY_EXISTS} when a command has that name, {@code START_FAILED} as above
     */
    RunningCommand start(CommandSpec command, CommandId id);

    /**
     * Finds a command that was started before, by this program or another.
     *
     * @param command its id
     * @param offset where its output shall begin: 0 for all that the journal has, at most what was written so far
     * @return the command
     * @throws SandboxException {@code COMMAND_NOT_FOUND}, {@code INVALID_ARGUMENT} for another offset
     */
    RunningCommand attach(CommandId command, long offset);

    /**
     * The commands that run, and of those that have ended the last 64, with up to 512 more that nobody has read so far.
     *
     * @return oldest first
     */
    List<CommandInfo> commands();

    /**
     * All processes in it, whoever started them: commands, what those started, and what has left its command. Not the agent, and not its helpers.
     *
     * @return the lowest number first
     * @throws SandboxException {@code TOO_LARGE} beyond 2 048, {@code NO_CAPACITY}, {@code NOT_SUPPORTED} by an agent that is older than this, of a
     *     sandbox made before an upgrade
     */
    List<ProcessInfo> processes();

    /**
     * Sends a signal to one process alone; {@link RunningCommand#kill} ends a command with everything it started.
     *
     * @param process as {@link #processes} told it
     * @param signal which
     * @throws SandboxException {@code PROCESS_NOT_FOUND} when it has ended, also when another one has its number by now; {@code PERMISSION_DENIED}
     *     for the agent and its helpers; {@code NOT_SUPPORTED} as above
     */
    void signal(ProcessId process, Signal signal);

    /**
     * Its files.
     *
     * @return the same at every call
     */
    SandboxFiles files();

    /**
     * Connects to a port on the sandbox's own loopback; works without any network.
     *
     * @param port 1 to 65535
     * @return the connection
     * @throws SandboxException {@code UNAVAILABLE} when nothing listens there, {@code INVALID_ARGUMENT}, {@code NO_CAPACITY}
     */
    SandboxConnection dial(int port);

    /**
     * Listens on a port of the sandbox's own loopback, for programs inside it.
     *
     * @param port 1 to 65535, or 0 for any that is free
     * @return the listener, for the caller to close
     * @throws SandboxException {@code ALREADY_EXISTS} when a program listens there, {@code INVALID_ARGUMENT}, {@code NO_CAPACITY}, {@code NOT_SUPPORTED} over a server (forward a port by SSH there), and by an
     *     agent that is older than this, of a sandbox made before an upgrade
     */
    SandboxListener listen(int port);

    /**
     * Begins a session of SSH's file transfer protocol, version 3 (draft-ietf-secsh-filexfer-02, with OpenSSH's extensions): for front doors, and for
     * programs that have a library for it. It begins in the workspace, has the rights of the sandbox's user, and is not confined: it sees what
     * commands see.
     *
     * @return the packets of both sides
     * @throws SandboxException {@code NOT_SUPPORTED} by an agent that is older than this, of a sandbox made before an upgrade
     */
    SandboxConnection sftp();

    /**
     * Connects to the server's SSH: what programs such as OpenSSH's need for {@code ProxyCommand}. Nothing is sent yet.
     *
     * @return the connection; the client of SSH speaks first
     * @throws SandboxException {@code NOT_SUPPORTED} without a server, {@code UNAVAILABLE} while it is paused
     */
    SshConnection ssh();

    /**
     * Where a port of its own loopback is seen through the server, by browsers and other clients of HTTP: see docs/preview.md. Where the server has host
     * names for ports, a link that lets a browser in and is to be opened within five minutes; otherwise an address that wants the caller's
     * token with every request.
     *
     * @param port 1 to 65535; nothing need listen there yet
     * @return the address; a secret, for whoever has the link may come in
     * @throws SandboxException {@code NOT_SUPPORTED} without a server, {@code INVALID_ARGUMENT}
     */
    URI url(int port);

    /**
     * Freezes all its processes; they are kept as they are.
     *
     * @throws SandboxException {@code INVALID_STATE} unless it runs, {@code NOT_SUPPORTED} where it cannot be frozen
     */
    void pause();

    /**
     * Like {@link #pause}, but lets go of memory and processors too: all its processes end, and only its workspace is kept. It is paused then, and its
     * info says why.
     *
     * @throws SandboxException {@code INVALID_STATE} unless it runs, {@code NOT_SUPPORTED} where no workspace outlives the processes
     */
    void stop();

    /**
     * Lets its processes go on; where they were stopped, starts it anew in its old workspace.
     *
     * @throws SandboxException {@code INVALID_STATE} unless it is paused
     */
    void resume();

    /**
     * Sets its lifetime anew, counted from now.
     *
     * @param ttl 60 seconds to 8 hours
     * @return how it is now
     */
    SandboxInfo renew(Duration ttl);

    /**
     * What it uses.
     *
     * @return a fresh measurement
     */
    SandboxStats stats();

    /** Removes the sandbox and everything in it; returns when it is gone. Succeeds when it is gone already. */
    void delete();

    /** Deletes the sandbox if this handle is the one that {@link Sandboxes#create} returned; otherwise only lets go of it. */
    @Override
    void close();
}
