package dev.sandjar.server.door.ssh;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoService;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/**
 * A connection as MINA wants one. Its bytes are read by a virtual thread of its own: whatever waits there (for a token to be looked at, for a slow
 * client) stops nobody else's connection. Writing waits for a client that does not read, in the same way.
 */
final class LineSession extends AbstractCloseable implements IoSession {
    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>();
    private final Line line;
    private final Guest guest;
    private final IoService service;
    private volatile long lastBytes = System.nanoTime();

    LineSession(Line line, Guest guest, IoService service) {
        this.line = line;
        this.guest = guest;
        this.service = service;
    }

    Guest guest() {
        return guest;
    }

    /** {@link System#nanoTime} of the last byte either way. */
    long lastBytes() {
        return lastBytes;
    }

    /**
     * Carries bytes until one side ends.
     *
     * @param made told of MINA's side of it
     */
    void serve(IoHandler handler, Consumer<Session> made) throws Exception {
        handler.sessionCreated(this);
        try {
            made.accept(AbstractSession.getSession(this));
            for (ByteBuffer received = line.receive(); received != null; received = line.receive()) {
                lastBytes = System.nanoTime();
                handler.messageReceived(this, Readable.readable(received));
            }
        } catch (Exception e) {
            if (isOpen()) {
                handler.exceptionCaught(this, e);
            }
        } finally {
            handler.sessionClosed(this);
            close(true);
        }
    }

    @Override
    public IoWriteFuture writeBuffer(Buffer buffer) {
        try {
            line.send(ByteBuffer.wrap(buffer.array(), buffer.rpos(), buffer.available()));
            lastBytes = System.nanoTime();
            return Written.of(true);
        } catch (IOException e) {
            return Written.of(e);
        }
    }

    private static final class Written extends AbstractIoWriteFuture {
        private Written() {
            super("write", null);
        }

        /** @param outcome true, or why not */
        static Written of(Object outcome) {
            var written = new Written();
            written.setValue(outcome);
            return written;
        }
    }

    Line line() {
        return line;
    }

    /** MINA's own forwarding would, which is not used here. */
    @Override
    public void suspendRead() {
        throw new UnsupportedOperationException("a connection is always read");
    }

    @Override
    public void resumeRead() {
        throw new UnsupportedOperationException("a connection is always read");
    }

    @Override
    protected void doCloseImmediately() {
        line.close();
        super.doCloseImmediately();
    }

    @Override
    public void shutdownOutputStream() {
        throw new UnsupportedOperationException("both directions end at once");
    }

    @Override
    public long getId() {
        return id;
    }

    @Override
    public @Nullable Object getAttribute(Object key) {
        return attributes.get(key);
    }

    @Override
    public @Nullable Object setAttribute(Object key, Object value) {
        return attributes.put(key, value);
    }

    @Override
    public @Nullable Object setAttributeIfAbsent(Object key, Object value) {
        return attributes.putIfAbsent(key, value);
    }

    @Override
    public @Nullable Object removeAttribute(Object key) {
        return attributes.remove(key);
    }

    @Override
    public IoService getService() {
        return service;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return line.remoteAddress();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return line.localAddress();
    }

    @Override
    public SocketAddress getAcceptanceAddress() {
        return getLocalAddress();
    }
}
