package dev.sandjar.client;

import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A command's standard input at a server. What the server has not taken yet is kept, so that after a cut it goes on where it was: the
 * server remembers the session and says how much it took.
 */
final class StdinStream extends OutputStream {
    private static final int MOST_KEPT = 256 * 1024;
    private static final int PIECE = 32 * 1024;

    private final Server server;
    private final Target target;
    private final Outage outage;
    private volatile boolean letGo;
    private volatile @Nullable Tunnel tunnel;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Deque<ByteBuffer> kept = new ArrayDeque<>(); // from position taken on
    private long taken;
    private long sent;
    private boolean closed;
    private boolean ended;

    private StdinStream(Server server, Target target, Outage outage) {
        this.server = server;
        this.target = target;
        this.outage = outage;
    }

    /** Opens it; an error of the server's is thrown at once. */
    static StdinStream open(Server server, Target target) {
        var stdin = new StdinStream(server, target.with("session", UUID.randomUUID()), server.outage());
        stdin.lock.lock();
        try {
            stdin.insisting(stdin::connected);
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why ? why : server.notUnderstood(e);
        } finally {
            stdin.lock.unlock();
        }
        return stdin;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int start, int length) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("standard input is closed");
            }
            for (int done = 0; done < length; done += PIECE) {
                byte[] piece = new byte[Math.min(PIECE, length - done)];
                System.arraycopy(from, start + done, piece, 0, piece.length);
                while (sent - taken > MOST_KEPT - PIECE) {
                    insisting(this::hear);
                }
                kept.add(ByteBuffer.wrap(piece));
                sent += piece.length;
                insisting(() -> {
                    if (!connected()) { // a new connection has been sent all that is kept
                        need().send(new Frame.Data(ByteBuffer.wrap(piece)));
                    }
                });
                insisting(this::hearIfThereIsNews);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Something that a cut may undo, and that is then done again on a new connection. */
    private interface Step {
        void run() throws IOException;
    }

    private void insisting(Step step) throws IOException {
        while (true) {
            try {
                step.run();
                return;
            } catch (EndedException | MalformedFrameException e) {
                drop();
                throw e;
            } catch (IOException e) {
                drop();
                cut(e);
            }
        }
    }

    private void cut(IOException e) throws IOException {
        if (letGo) {
            throw new EndedException("standard input is closed", null);
        }
        try {
            outage.failed(e);
        } catch (SandboxException why) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while writing to standard input");
            }
            throw new EndedException(why.getMessage() == null ? "" : why.getMessage(), why);
        }
    }

    /** The server wants no more, for good. */
    private static final class EndedException extends IOException {
        EndedException(String message, @Nullable SandboxException cause) {
            super(message, cause);
        }
    }

    /** Connects if need be, and sends all that the server has not taken; true when it did. */
    private boolean connected() throws IOException {
        if (tunnel != null) {
            return false;
        }
        Tunnel opened = open();
        tunnel = opened;
        if (!(opened.next() instanceof Frame.Taken(long position)) || position > sent) {
            throw new MalformedFrameException("standard input begins with what was taken");
        }
        taken(position);
        for (ByteBuffer piece : kept) {
            opened.send(new Frame.Data(piece));
        }
        if (closed) {
            opened.send(new Frame.End());
        }
        return true;
    }

    private Tunnel open() throws IOException {
        try {
            return server.tunnel(Call.get(target.with("taken", taken)), outage);
        } catch (SandboxException why) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while writing to standard input");
            }
            throw new EndedException(why.getMessage() == null ? "" : why.getMessage(), why);
        }
    }

    private Tunnel need() throws IOException {
        Tunnel open = tunnel;
        if (open == null) {
            throw new IOException("the connection was cut");
        }
        return open;
    }

    private void hearIfThereIsNews() throws IOException {
        Tunnel open = tunnel;
        if (open != null && open.hasNews()) {
            hear();
        }
    }

    private void hear() throws IOException {
        connected();
        switch (need().next()) {
            case Frame.Taken(long position) -> taken(position);
            case Frame.End _ -> ended = true;
            case Frame.Failed(SandboxException why) ->
                throw new EndedException(why.getMessage() == null ? "" : why.getMessage(), why);
            default -> throw new MalformedFrameException("a frame that standard input does not have");
        }
        outage.over();
    }

    private void taken(long position) throws MalformedFrameException {
        if (position < taken || position > sent) {
            throw new MalformedFrameException("more taken than was sent");
        }
        while (taken < position) {
            ByteBuffer oldest = kept.getFirst();
            int step = (int) Math.min(position - taken, oldest.remaining());
            oldest.position(oldest.position() + step);
            taken += step;
            if (!oldest.hasRemaining()) {
                kept.removeFirst();
            }
        }
    }

    /** The end of the input; returns when the server has it. A command that has ended already does not mind. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed || letGo) {
                return;
            }
            closed = true;
            insisting(() -> {
                if (!connected()) {
                    need().send(new Frame.End());
                }
            });
            while (!ended) {
                insisting(this::hear);
            }
        } catch (EndedException e) {
            if (e.getCause() instanceof SandboxException why && why.code() == dev.sandjar.ErrorCode.UNAVAILABLE) {
                throw e;
            }
        } finally {
            drop();
            lock.unlock();
        }
    }

    private void drop() {
        Tunnel open = tunnel;
        tunnel = null;
        if (open != null) {
            open.close();
        }
    }

    /** Wants no more of it; the command's input stays open for another. May come from another thread, in the middle of a write. */
    void letGo() {
        letGo = true;
        Tunnel open = tunnel;
        if (open == null) {
            return;
        }
        if (!lock.tryLock()) {
            open.close(); // somebody waits there
            return;
        }
        try {
            open.send(new Frame.LetGo());
            while (!(open.next() instanceof Frame.LetGo)) {
                // what was taken last
            }
        } catch (IOException e) {
            // the server notices the cut
        } finally {
            drop();
            lock.unlock();
        }
    }
}
