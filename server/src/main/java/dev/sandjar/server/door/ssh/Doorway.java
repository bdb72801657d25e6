package dev.sandjar.server.door.ssh;

import java.net.SocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.sshd.common.Factory;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoServiceFactoryFactory;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.jspecify.annotations.Nullable;

/** Where MINA would listen: connections come by the server's own port, and are handed in. It connects to nothing. */
final class Doorway extends AbstractCloseable implements IoServiceFactoryFactory, IoServiceFactory, IoAcceptor {
    private @Nullable IoHandler handler;

    IoHandler handler() {
        if (handler == null) {
            throw new IllegalStateException("not started");
        }
        return handler;
    }

    @Override
    public IoServiceFactory create(FactoryManager manager) {
        return this;
    }

    @Override
    public void setExecutorServiceFactory(Factory<CloseableExecutorService> none) {}

    @Override
    public IoAcceptor createAcceptor(IoHandler of) {
        handler = of;
        return this;
    }

    @Override
    public IoConnector createConnector(IoHandler of) {
        throw new UnsupportedOperationException("nothing is connected to from here");
    }

    @Override
    public void bind(Collection<? extends SocketAddress> addresses) {}

    @Override
    public void bind(SocketAddress address) {}

    @Override
    public void unbind(Collection<? extends SocketAddress> addresses) {}

    @Override
    public void unbind(SocketAddress address) {}

    @Override
    public void unbind() {}

    @Override
    public Set<SocketAddress> getBoundAddresses() {
        return Set.of();
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
