package dev.sandjar.server.door.ssh;

import dev.sandjar.server.body.StreamInput;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Tunnelled;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection that began as an HTTP request. What we say first is held until the client has spoken, or some time has passed: clients of tunnels throw
 * away what comes in one piece with the tunnel's own answer, and others wait for the server to begin.
 *
 * <p>Whoever sends only adds to what waits; the connection's event loop takes all of that at once, so that it is woken seldom.
 */
final class TunnelLine implements Line {
    private static final Duration SILENT_CLIENT = Duration.ofSeconds(1);
    private static final int MOST_UNDER_WAY = 256 * 1024; // bytes
    private static final int OVERHEAD = 512; // what a small piece takes besides
    private static final int LARGEST_PIECE = 64 * 1024; // larger ones do not come from Netty's pool

    /** What all lines together may have under way before each may have little. */
    private static final long BUDGET = Runtime.getRuntime().maxMemory() / 8;

    private static final int LITTLE = 16 * 1024;
    private static final AtomicLong UNDER_WAY = new AtomicLong(); // bytes, of all lines

    private final NetSocketInternal socket;
    private final Context loop;
    private final StreamInput arriving;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition sent = lock.newCondition();
    private boolean speaking;
    private List<ByteBuf> waiting = new ArrayList<>(); // for the event loop, which is on its way once we speak
    private int underWay; // with what waits: what it takes of memory
    private @Nullable Throwable broken;

    /** @param socket paused; on its event loop */
    TunnelLine(Vertx vertx, NetSocket socket) {
        this.socket = (NetSocketInternal) socket;
        this.loop = vertx.getOrCreateContext();
        this.arriving = new StreamInput(socket, StreamInput.ANY_TIME).open();
        socket.closeHandler(_ -> gone());
        Tunnelled.allow(socket, arriving::end);
        vertx.setTimer(SILENT_CLIENT.toMillis(), _ -> speak());
    }

    private void gone() {
        arriving.cut();
        end();
        drop();
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

    private void drop() {
        for (ByteBuf lost : taken()) {
            done(cost(lost));
            lost.release();
        }
    }

    private void speak() {
        lock.lock();
        try {
            if (!speaking) {
                speaking = true;
                if (!waiting.isEmpty()) {
                    loop.runOnContext(_ -> write());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
        byte[] piece = arriving.next();
        speak();
        return piece == null ? null : ByteBuffer.wrap(piece);
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            while (underWay > mostUnderWay() && broken == null) {
                sent.await();
            }
            if (broken != null) {
                throw new IOException(broken.getMessage(), broken);
            }
            if (waiting.isEmpty() && speaking) {
                loop.runOnContext(_ -> write());
            }
            while (bytes.hasRemaining()) {
                append(bytes);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sending to the client");
        } finally {
            lock.unlock();
        }
    }

    private void append(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), LARGEST_PIECE);
        ByteBuf piece = socket.channelHandlerContext().alloc().directBuffer(count);
        piece.writeBytes(bytes.slice().limit(count));
        bytes.position(bytes.position() + count);
        waiting.add(piece);
        underWay += cost(piece);
        UNDER_WAY.addAndGet(cost(piece));
    }

    private static int cost(ByteBuf piece) {
        return OVERHEAD + piece.capacity();
    }

    private static int mostUnderWay() {
        return UNDER_WAY.get() > BUDGET ? LITTLE : MOST_UNDER_WAY;
    }

    /** On the event loop. */
    private void write() {
        ChannelHandlerContext to = socket.channelHandlerContext();
        for (ByteBuf piece : taken()) {
            int cost = cost(piece);
            to.write(piece).addListener(result -> written(cost, result));
        }
        to.flush();
    }

    private List<ByteBuf> taken() {
        lock.lock();
        try {
            List<ByteBuf> taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void written(int cost, Future<?> result) {
        lock.lock();
        try {
            done(cost);
            if (!result.isSuccess() && broken == null) {
                broken = result.cause();
            }
        } finally {
            lock.unlock();
        }
    }

    private void done(int cost) {
        lock.lock();
        try {
            underWay -= cost;
            UNDER_WAY.addAndGet(-cost);
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
        end(); // nothing is added any more
        arriving.close();
        loop.runOnContext(_ -> {
            write();
            socket.close();
        });
    }

    @Override
    public void cut() {
        Cut.now(socket);
    }
}
