package dev.sandjar.server.door.ssh;

import dev.sandjar.server.body.StreamInput;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Tunnelled;
import dev.sandjar.server.limit.Shares;
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
    private static final int LITTLE = 16 * 1024; // what each line may have under way, whatever the others have
    private static final int LARGEST_PIECE =
            64 * 1024; // larger ones do not come from the pool, as the framework sets it
    private static final int OVERHEAD = 512; // what a small piece takes besides

    /** What all lines together may have under way besides, in pieces. */
    private static final Shares ROOM = new Shares((int) (Runtime.getRuntime().maxMemory() / 8 / LARGEST_PIECE));

    /**
     * What the event loop writes at once.
     *
     * @param cost bytes; the buffer is another's once it is written
     * @param counted in {@link #ROOM}
     */
    private record Piece(ByteBuf bytes, int cost, boolean counted) {}

    private final NetSocketInternal socket;
    private final Context loop;
    private final String owner;
    private final StreamInput arriving;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition sent = lock.newCondition();
    private boolean speaking;
    private List<Piece> waiting = new ArrayList<>(); // for the event loop, which is on its way once we speak
    private int underWay; // with what waits: what it takes of memory
    private volatile @Nullable Throwable broken;

    /**
     * On its event loop.
     *
     * @param socket paused
     * @param owner in whose share it sends ahead
     */
    TunnelLine(Vertx vertx, NetSocket socket, String owner) {
        this.socket = (NetSocketInternal) socket;
        this.loop = vertx.getOrCreateContext();
        this.owner = owner;
        this.arriving = new StreamInput(socket).open();
        socket.closeHandler(_ -> gone());
        Tunnelled.allow(socket, arriving::end);
        vertx.setTimer(SILENT_CLIENT.toMillis(), _ -> speak());
    }

    private void gone() {
        arriving.cut();
        end(closed());
        drop();
    }

    private static EOFException closed() {
        return new EOFException("the connection is closed");
    }

    /** Whoever waits to send need not. */
    private void end(Throwable why) {
        lock.lock();
        try {
            if (broken == null) {
                broken = why;
            }
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void drop() {
        for (Piece lost : taken()) {
            lost.bytes().release();
            done(lost);
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

    /** One at a time sends: MINA sees to that. */
    @Override
    public void send(ByteBuffer bytes) throws IOException {
        boolean counted = awaitRoom((bytes.remaining() + LARGEST_PIECE - 1) / LARGEST_PIECE);
        var pieces = new ArrayList<Piece>();
        while (bytes.hasRemaining()) {
            ByteBuf piece = copy(bytes);
            pieces.add(new Piece(piece, OVERHEAD + piece.capacity(), counted));
        }
        lock.lock();
        try {
            if (waiting.isEmpty() && speaking) {
                loop.runOnContext(_ -> write());
            }
            waiting.addAll(pieces);
            pieces.forEach(piece -> underWay += piece.cost());
        } finally {
            lock.unlock();
        }
        if (broken != null) {
            drop(); // whoever dropped all was before us
        }
    }

    /** Whether so many pieces more are counted. */
    private boolean awaitRoom(int pieces) throws IOException {
        lock.lock();
        try {
            while (broken == null) {
                if (underWay <= LITTLE) {
                    return false;
                }
                if (underWay <= MOST_UNDER_WAY && ROOM.tryTake(owner, pieces)) {
                    return true;
                }
                sent.await();
            }
            throw new IOException(broken.getMessage(), broken);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sending to the client");
        } finally {
            lock.unlock();
        }
    }

    private ByteBuf copy(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), LARGEST_PIECE);
        ByteBuf piece = socket.channelHandlerContext().alloc().directBuffer(count);
        piece.writeBytes(bytes.slice().limit(count));
        bytes.position(bytes.position() + count);
        return piece;
    }

    /** On the event loop. */
    private void write() {
        ChannelHandlerContext to = socket.channelHandlerContext();
        for (Piece piece : taken()) {
            to.write(piece.bytes()).addListener(result -> written(piece, result));
        }
        to.flush();
    }

    private List<Piece> taken() {
        lock.lock();
        try {
            List<Piece> taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void written(Piece piece, Future<?> result) {
        if (!result.isSuccess()) {
            end(result.cause());
        }
        done(piece);
    }

    private void done(Piece piece) {
        if (piece.counted()) {
            ROOM.giveBack(owner, 1);
        }
        lock.lock();
        try {
            underWay -= piece.cost();
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
        end(closed()); // nothing is added any more
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
