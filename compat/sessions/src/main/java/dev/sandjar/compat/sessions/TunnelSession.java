package dev.sandjar.compat.sessions;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoService;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel as MINA wants a connection.
 *
 * <p>Threads: one reads and lets MINA work on what came, one writes. They are two because MINA writes while it works on what came: if that waited for
 * a server that itself waits to be read, both would wait for ever.
 */
final class TunnelSession extends AbstractCloseable implements IoSession {
    private static final AtomicLong IDS = new AtomicLong();
    private static final int PIECE = 32 * 1024;
    private static final long MOST_WAITING = 64 << 20; // for a server that asks and does not read
    private static final int SSH_PORT = 22;

    private final long id = IDS.incrementAndGet();
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>();
    private final Semaphore reading = new Semaphore(1); // without it nothing is read
    private final BlockingQueue<Written> writes = new LinkedBlockingQueue<>(); // SSH's windows bound it, and this:
    private final AtomicLong waiting = new AtomicLong(); // bytes
    private final HttpConnectTunnel tunnel;
    private final SocketAddress address;
    private final IoService service;

    TunnelSession(HttpConnectTunnel tunnel, String host, IoService service) {
        this.tunnel = tunnel;
        this.address = InetSocketAddress.createUnresolved(host, SSH_PORT);
        this.service = service;
    }

    void setAttributes(@Nullable AttributeRepository context) {
        if (context != null) {
            attributes.put(AttributeRepository.class, context);
        }
    }

    void start(IoHandler handler) {
        Thread.ofVirtual().name("ssh-read-" + id).start(() -> read(handler));
        Thread.ofVirtual().name("ssh-write-" + id).start(this::write);
    }

    private void read(IoHandler handler) {
        try {
            try {
                byte[] piece = new byte[PIECE];
                for (int count = tunnel.input().read(piece);
                        count >= 0;
                        count = tunnel.input().read(piece)) {
                    handler.messageReceived(this, Readable.readable(ByteBuffer.wrap(piece, 0, count)));
                    reading.acquire();
                    reading.release();
                }
            } catch (Exception e) {
                if (isOpen()) {
                    handler.exceptionCaught(this, e);
                }
            } finally {
                handler.sessionClosed(this);
            }
        } catch (Exception e) {
            log.debug("at the end of {}", this, e);
        } finally {
            close(true);
        }
    }

    private void write() {
        try {
            for (Written next = writes.take(); next.bytes.length > 0; next = writes.take()) {
                try {
                    tunnel.output().write(next.bytes);
                    waiting.addAndGet(-next.bytes.length);
                    next.is(null);
                } catch (IOException e) {
                    next.is(e);
                    close(true);
                }
            }
        } catch (InterruptedException nobodyDoes) {
            close(true);
        }
        for (Written next = writes.poll(); next != null; next = writes.poll()) {
            next.is(new EOFException("the connection is closed"));
        }
    }

    @Override
    public IoWriteFuture writeBuffer(Buffer buffer) throws IOException {
        byte[] bytes = new byte[buffer.available()];
        buffer.getRawBytes(bytes);
        var written = new Written(bytes);
        if (bytes.length == 0) {
            written.is(null);
            return written;
        }
        if (!isOpen()) {
            throw new EOFException("the connection is closed");
        }
        if (waiting.addAndGet(bytes.length) > MOST_WAITING) {
            close(true);
            throw new IOException("the server takes nothing of " + MOST_WAITING + " bytes");
        }
        writes.add(written);
        return written;
    }

    /** Empty bytes end the writing. */
    private static final class Written extends AbstractIoWriteFuture {
        private final byte[] bytes;

        Written(byte[] bytes) {
            super("write", null);
            this.bytes = bytes;
        }

        void is(@Nullable IOException failure) {
            setValue(failure == null ? true : failure);
        }
    }

    @Override
    public void suspendRead() {
        reading.drainPermits();
    }

    @Override
    public void resumeRead() {
        if (reading.availablePermits() == 0) {
            reading.release();
        }
    }

    @Override
    protected void doCloseImmediately() {
        tunnel.close();
        writes.add(new Written(new byte[0]));
        resumeRead();
        super.doCloseImmediately();
    }

    @Override
    public void shutdownOutputStream() {}

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
        return address;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return address;
    }

    @Override
    public SocketAddress getAcceptanceAddress() {
        return address;
    }
}
