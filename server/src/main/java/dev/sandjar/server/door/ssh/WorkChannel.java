package dev.sandjar.server.door.ssh;

import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;

/** A channel for a command, a shell or a file transfer: MINA's, if there are not too many. */
final class WorkChannel extends ChannelSession {
    @Override
    protected OpenFuture doInit(Buffer buffer) {
        return Channels.tooMany(this) ? Channels.refused(this) : super.doInit(buffer);
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
