package dev.sandjar.server.door.ssh;

import dev.sandjar.Ending;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;

/** What one channel does in a sandbox, on a thread of its own. */
abstract class SandboxWork implements Command {
    private static final int FAILED = 255; // as ssh itself says that it failed, and not the command

    private @Nullable InputStream input;
    private @Nullable OutputStream output;
    private @Nullable OutputStream error;
    private @Nullable ExitCallback ended;

    /** Returns when all is sent. */
    abstract Ending work(Sandbox sandbox, ChannelSession channel, Environment environment)
            throws IOException, InterruptedException;

    @Override
    public final void start(ChannelSession channel, Environment environment) {
        Thread.ofVirtual().name("ssh-channel").start(() -> {
            Ending ending = null;
            try {
                Sandbox sandbox = Guest.sandbox(channel.getSession());
                ending = work(sandbox, channel, environment);
            } catch (SandboxException e) {
                tell(String.valueOf(e.getMessage()));
            } catch (IOException gone) {
                // nobody to tell
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                end(channel, ending);
            }
        });
    }

    /** @param ending null when it never began, or was cut */
    private void end(ChannelSession channel, @Nullable Ending ending) {
        switch (ending) {
            case Ending.Exited(int code) -> exit(code);
            case Ending.Killed(Signal signal) -> killed(channel, signal, "");
            case Ending.OutOfMemory _ -> killed(channel, Signal.KILL, "out of memory");
            case Ending.Lost _ -> {
                tell("the sandbox is gone; what became of the command is not known");
                exit(FAILED);
            }
            case Ending.TimedOut _ -> exit(FAILED); // nothing here has a limit
            case null -> exit(FAILED);
        }
    }

    private void exit(int code) {
        Objects.requireNonNull(ended).onExit(code);
    }

    /** RFC 4254, 6.10; there is no method of MINA's for it. */
    private void killed(ChannelSession channel, Signal signal, String why) {
        try {
            Buffer buffer = channel.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST);
            buffer.putUInt(channel.getRecipient());
            buffer.putString("exit-signal");
            buffer.putBoolean(false);
            buffer.putString(signal.toString());
            buffer.putBoolean(false); // no core
            buffer.putString(why);
            buffer.putString("");
            channel.writePacket(buffer);
        } catch (IOException gone) {
            // nobody to tell
        }
        channel.close(false);
    }

    private void tell(String what) {
        try {
            error().write(("sandjar: " + what + "\r\n").getBytes(StandardCharsets.UTF_8));
            error().flush();
        } catch (IOException gone) {
            // nobody to tell
        }
    }

    InputStream input() {
        return Objects.requireNonNull(input);
    }

    OutputStream output() {
        return Objects.requireNonNull(output);
    }

    OutputStream error() {
        return Objects.requireNonNull(error);
    }

    @Override
    public void setInputStream(InputStream in) {
        input = in;
    }

    @Override
    public void setOutputStream(OutputStream out) {
        output = out;
    }

    @Override
    public void setErrorStream(OutputStream err) {
        error = err;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        ended = callback;
    }
}
