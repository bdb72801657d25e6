package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.Factory;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.io.DefaultIoConnectFuture;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnectFuture;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoServiceFactoryFactory;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.jspecify.annotations.Nullable;

/** What MINA takes for the network: whatever address it wants, it gets the one tunnel. */
final class TunnelConnector extends AbstractCloseable
        implements IoServiceFactoryFactory, IoServiceFactory, IoConnector {
    private final HttpConnectTunnel tunnel;
    private final String host;
    private @Nullable IoHandler handler;

    /**
     * For one connection.
     *
     * @param host the name that the other end is to have
     */
    TunnelConnector(HttpConnectTunnel tunnel, String host) {
        this.tunnel = tunnel;
        this.host = host;
    }

    @Override
    public IoServiceFactory create(FactoryManager manager) {
        return this;
    }

    @Override
    public void setExecutorServiceFactory(Factory<CloseableExecutorService> factory) {}

    @Override
    public IoConnector createConnector(IoHandler of) {
        handler = of;
        return this;
    }

    @Override
    public IoAcceptor createAcceptor(IoHandler of) {
        throw new UnsupportedOperationException("nobody connects to here");
    }

    @Override
    public IoConnectFuture connect(
            SocketAddress address, @Nullable AttributeRepository context, @Nullable SocketAddress local) {
        var future = new DefaultIoConnectFuture(address, null);
        IoHandler to = handler;
        if (to == null) {
            future.setException(new IOException("not started"));
            return future;
        }
        var session = new TunnelSession(tunnel, host, this);
        session.setAttributes(context);
        try {
            to.sessionCreated(session);
            future.setSession(session);
            session.start(to);
        } catch (Exception e) {
            session.close(true);
            future.setException(e);
        }
        return future;
    }

    @Override
    public Map<Long, IoSession> getManagedSessions() {
        return Map.of();
    }

    @Override
    public @Nullable IoServiceEventListener getIoServiceEventListener() {
        return null;
    }

    @Override
    public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {}
}
