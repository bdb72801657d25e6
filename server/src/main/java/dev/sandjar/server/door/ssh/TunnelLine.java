package dev.sandjar.server.door.ssh;

import dev.sandjar.server.body.StreamInput;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Tunnelled;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection that began as an HTTP request. What we say first is held until the client has spoken, or some time has passed: clients of tunnels throw
 * away what comes in one piece with the tunnel's own answer, and others wait for the server to begin.
 */
final class TunnelLine implements Line {
    private static final Duration SILENT_CLIENT = Duration.ofSeconds(1);
    private static final int MOST_UNDER_WAY = 256 * 1024; // bytes
    private static final int OVERHEAD = 512; // what a small piece takes besides

    private final NetSocket socket;
    private final InputStream input;
    private final StreamInput arriving;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition sent = lock.newCondition();
    private @Nullable List<byte[]> held = new ArrayList<>(); // null once we speak
    private int underWay;
    private @Nullable Throwable broken;

    /** @param socket paused; on its event loop */
    TunnelLine(Vertx vertx, NetSocket socket) {
        this.socket = socket;
        this.arriving = new StreamInput(socket, StreamInput.ANY_TIME).open();
        this.input = new FilterInputStream(arriving) {
            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                int count = super.read(to, start, length);
                speak();
                return count;
            }
        };
        socket.closeHandler(_ -> gone());
        Tunnelled.allow(socket, arriving::end);
        vertx.setTimer(SILENT_CLIENT.toMillis(), _ -> speak());
    }

    private void gone() {
        arriving.cut();
        end();
    }

    /** Whoever waits to send need not. */
    private void end() {
        lock.lock();
        try {
            broken = new EOFException("the connection is closed");
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void speak() {
        lock.lock();
        try {
            if (held != null) {
                held.forEach(this::write);
                held = null;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        lock.lock();
        try {
            while (underWay > MOST_UNDER_WAY && broken == null) {
                sent.await();
            }
            if (broken != null) {
                throw new IOException(broken.getMessage(), broken);
            }
            underWay += OVERHEAD + bytes.length;
            if (held != null) {
                held.add(bytes);
            } else {
                write(bytes);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sending to the client");
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] bytes) {
        socket.write(Buffer.buffer(bytes)).onComplete(result -> written(OVERHEAD + bytes.length, result));
    }

    private void written(int count, AsyncResult<Void> result) {
        lock.lock();
        try {
            underWay -= count;
            if (result.failed() && broken == null) {
                broken = result.cause();
            }
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        return address(socket.remoteAddress());
    }

    @Override
    public SocketAddress localAddress() {
        return address(socket.localAddress());
    }

    private static SocketAddress address(io.vertx.core.net.SocketAddress of) {
        return InetSocketAddress.createUnresolved(of.host(), Math.max(0, of.port()));
    }

    @Override
    public void close() {
        speak();
        end();
        socket.close();
        arriving.close();
    }

    @Override
    public void cut() {
        Cut.now(socket);
    }
}
