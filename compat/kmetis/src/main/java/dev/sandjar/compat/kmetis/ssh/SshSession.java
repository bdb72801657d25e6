package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.CommandExecutionException;
import dev.sandjar.compat.kmetis.error.CommandTimeoutException;
import dev.sandjar.compat.kmetis.error.FileTransferException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.client.session.ClientSession;

/** A connection that is lent by the pool until it is closed here; for one caller, who may use it from one thread at a time. */
public final class SshSession implements AutoCloseable {
    private final ClientSession session;
    private final Duration openLimit;
    private final Runnable giveBack;
    private final AtomicBoolean given = new AtomicBoolean();

    SshSession(ClientSession session, Duration openLimit, Runnable giveBack) {
        this.session = session;
        this.openLimit = openLimit;
        this.giveBack = giveBack;
    }

    /**
     * Runs a command in the user's login shell, which is one of POSIX, with nothing to read; returns when its output has ended too.
     *
     * @param command the shell's text
     * @param limit from its start until its process group is killed
     * @return how it ended; non-zero is no error
     * @throws SshConnectionException when the connection turns out to be dead; the command has not begun
     * @throws CommandTimeoutException when time was up
     * @throws CommandExecutionException when the connection was cut meanwhile, or more than 64 MiB were written
     * @throws InterruptedException when the caller was; the command is killed
     */
    public CommandResult execute(String command, Duration limit) throws InterruptedException {
        return new RemoteCommand(session, openLimit).run(command, limit);
    }

    /**
     * Writes a file in the sandbox, over an older one.
     *
     * @param local what
     * @param remote absolute, or relative to the user's home
     * @param limit of the whole
     * @throws SshConnectionException when the connection turns out to be dead; nothing has been written
     * @throws FileTransferException when it is not there whole; a part may be
     * @throws InterruptedException when the caller was; a part may be there
     */
    public void upload(Path local, String remote, Duration limit) throws InterruptedException {
        new Transfer(session).upload(local, remote, limit);
    }

    /**
     * Reads a file in the sandbox.
     *
     * @param remote absolute, or relative to the user's home
     * @param local where to; an older one is replaced once all is there, and not before
     * @param limit of the whole
     * @throws SshConnectionException when the connection turns out to be dead
     * @throws FileTransferException when it could not be read whole
     * @throws InterruptedException when the caller was
     */
    public void download(String remote, Path local, Duration limit) throws InterruptedException {
        new Transfer(session).download(remote, local, limit);
    }

    /** Gives it back; once. */
    @Override
    public void close() {
        if (given.compareAndSet(false, true)) {
            giveBack.run();
        }
    }
}
