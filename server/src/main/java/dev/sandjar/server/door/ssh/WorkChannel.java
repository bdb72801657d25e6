package dev.sandjar.server.door.ssh;

import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Transfers;
import java.io.IOException;
import java.util.Optional;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;

/** A channel for a command, a shell or a file transfer: MINA's, if there are not too many. */
final class WorkChannel extends ChannelSession {
    private static final int MOST_VARIABLES = 64 * 1024; // characters of names and values
    private static final int OVERHEAD = 128; // what a small one takes besides

    private long variables; // of a client that is refused, and does not stop, too

    @Override
    protected OpenFuture doInit(Buffer buffer) {
        return Channels.tooMany(this) || !placed() ? Channels.refused(this) : super.doInit(buffer);
    }

    /** From the beginning: a client may send ahead of what it will ask for. */
    private boolean placed() {
        Optional<Transfers.Place> place;
        try {
            place = Transfers.place(
                    Transfers.Kind.CHANNEL, Guest.sandbox(getSession()).info().owner());
        } catch (SandboxException gone) {
            return false;
        }
        place.ifPresent(taken -> addCloseFutureListener(_ -> taken.close()));
        return place.isPresent();
    }

    /** MINA would keep any number of them. */
    @Override
    protected RequestHandler.Result handleEnvParsed(String name, String value) throws IOException {
        variables += OVERHEAD + name.length() + value.length();
        return variables > MOST_VARIABLES ? RequestHandler.Result.ReplyFailure : super.handleEnvParsed(name, value);
    }

    /** For MINA. */
    static final class Factory implements ChannelFactory {
        @Override
        public String getName() {
            return "session";
        }

        @Override
        public Channel createChannel(Session session) {
            return new WorkChannel();
        }
    }
}
