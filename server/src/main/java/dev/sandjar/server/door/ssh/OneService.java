package dev.sandjar.server.door.ssh;

import java.io.IOException;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.ServiceFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.session.Session;

/**
 * A service that a session begins once. MINA lets a client begin it anew: the old one's channels would then be nobody's, and a name that has logged in could become another.
 *
 * @param factory MINA's, or ours
 * @param begun marks a session
 */
record OneService(ServiceFactory factory, AttributeKey<Boolean> begun) implements ServiceFactory {
    OneService(ServiceFactory factory) {
        this(factory, new AttributeKey<>());
    }

    @Override
    public String getName() {
        return factory.getName();
    }

    @Override
    public Service create(Session session) throws IOException {
        if (session.setAttribute(begun, true) != null) {
            throw new SshException(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, getName() + " has begun already");
        }
        return factory.create(session);
    }
}
