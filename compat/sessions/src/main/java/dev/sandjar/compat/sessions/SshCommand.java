package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.client.channel.PtyCapableChannelSession;
import org.apache.sshd.common.SshConstants;
import org.jspecify.annotations.Nullable;

/**
 * A command, or a shell, that runs in a session. Its streams are for three threads: whoever reads only one of its outputs will wait for ever once the
 * other one has filled the connection's window.
 */
public final class SshCommand implements AutoCloseable {
    private final PtyCapableChannelSession channel;
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();

    SshCommand(PtyCapableChannelSession channel) {
        this.channel = channel;
        channel.addCloseFutureListener(_ -> closed.complete(true));
    }

    /** What it reads. Closing it is the end of its input. Flush what is to arrive now. */
    public OutputStream stdin() {
        return channel.getInvertedIn();
    }

    /** What it writes; with a terminal, its errors too. */
    public InputStream stdout() {
        return channel.getInvertedOut();
    }

    /** What it writes to its error output; with a terminal, nothing. */
    public InputStream stderr() {
        return channel.getInvertedErr();
    }

    /**
     * Tells its terminal another size.
     *
     * @param columns 1 to 10000
     * @param rows 1 to 10000
     */
    public void resize(int columns, int rows) {
        Checks.inRange("columns", columns, 1, 10_000);
        Checks.inRange("rows", rows, 1, 10_000);
        try {
            channel.sendWindowChange(columns, rows);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * Sends it a signal; not every SSH server passes it on.
     *
     * @param name without {@code SIG}, such as {@code TERM}
     */
    public void signal(String name) {
        if (!name.matches("[A-Z0-9]{1,16}")) {
            throw new IllegalArgumentException("signal is " + Checks.quoted(name) + ", allowed: a name such as TERM");
        }
        try {
            var message = channel.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST);
            message.putUInt(channel.getRecipient());
            message.putString("signal");
            message.putBoolean(false);
            message.putString(name);
            channel.writePacket(message);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * Waits for its end. Somebody must read its outputs meanwhile.
     *
     * @return whether it ended in that time
     * @throws SandboxConnectionException the connection was lost; how the command ends is not known
     */
    public boolean await(Duration timeout) {
        try {
            closed.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) { // MINA's own way of waiting takes no notice of it
            throw SandboxConnectionException.interrupted("a command", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        if (exitCode().isEmpty() && killedBy().isEmpty()) {
            throw lost(null);
        }
        return true;
    }

    /** Empty while it runs, and when a signal ended it. */
    public OptionalInt exitCode() {
        Integer status = channel.getExitStatus();
        return status == null ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /** The signal that ended it, without {@code SIG}; empty while it runs, and when it ended by itself. */
    public Optional<String> killedBy() {
        return Optional.ofNullable(channel.getExitSignal());
    }

    /** Lets go of it. What a command without an output does then is its own matter; most end. */
    @Override
    public void close() {
        channel.close(true);
    }

    private static SandboxConnectionException lost(@Nullable IOException cause) {
        return new SandboxConnectionException(
                "the connection was lost while a command ran: how it ended, or whether it goes on, is not known",
                cause);
    }
}
