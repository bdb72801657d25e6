package dev.sandjar.server.door.ssh;

import java.io.IOException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.AbstractServerSession;
import org.apache.sshd.server.session.ServerConnectionService;
import org.apache.sshd.server.session.ServerConnectionServiceFactory;

/** SSH after the login, as MINA has it, but that a channel which is refused says why: MINA keeps the reason to itself. */
final class SshConnectionService extends ServerConnectionService {
    private static final int MOST_BETWEEN_KEYS = 4_096; // data that was under way counts too

    private int between; // messages since keys began to be exchanged

    private SshConnectionService(AbstractServerSession session) throws SshException {
        super(session);
    }

    /** While keys are exchanged MINA keeps all that it would answer; a client that never ends that could make it keep any number. */
    @Override
    public void process(int message, Buffer buffer) throws Exception {
        KexState keys = getSession().getKexState();
        between = keys == KexState.DONE || keys == KexState.KEYS ? 0 : between + 1;
        if (between > MOST_BETWEEN_KEYS) {
            throw new SshException(
                    SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "too many messages while keys are exchanged");
        }
        super.process(message, buffer);
    }

    @Override
    protected IoWriteFuture sendChannelOpenFailure(
            Buffer buffer, long sender, int code, String message, String language) throws IOException {
        return super.sendChannelOpenFailure(buffer, sender, code, Channels.reason(code, message), language);
    }

    /** For MINA. */
    static final class Factory extends ServerConnectionServiceFactory {
        @Override
        public SshConnectionService create(Session session) throws IOException {
            return new SshConnectionService((AbstractServerSession) session);
        }
    }
}
