package dev.sandjar.server.door.ssh;

import java.io.IOException;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.AbstractServerSession;
import org.apache.sshd.server.session.ServerConnectionService;
import org.apache.sshd.server.session.ServerConnectionServiceFactory;

/** SSH after the login, as MINA has it, but that a channel which is refused says why: MINA keeps the reason to itself. */
final class Conversation extends ServerConnectionService {
    private Conversation(AbstractServerSession session) throws SshException {
        super(session);
    }

    @Override
    protected IoWriteFuture sendChannelOpenFailure(
            Buffer buffer, long sender, int code, String message, String language) throws IOException {
        return super.sendChannelOpenFailure(buffer, sender, code, Channels.reason(code, message), language);
    }

    /** For MINA. */
    static final class Factory extends ServerConnectionServiceFactory {
        @Override
        public Conversation create(Session session) throws IOException {
            return new Conversation((AbstractServerSession) session);
        }
    }
}
