package dev.sandjar.server.door.ssh;

import java.io.IOException;
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

    private int variables;

    @Override
    protected OpenFuture doInit(Buffer buffer) {
        return Channels.tooMany(this) ? Channels.refused(this) : super.doInit(buffer);
    }

    /** MINA would keep any number of them. */
    @Override
    protected RequestHandler.Result handleEnvParsed(String name, String value) throws IOException {
        variables += name.length() + value.length();
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
