package dev.sandjar.server.body;

import dev.sandjar.server.limit.Shares;
import dev.sandjar.server.limit.Transfers;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Pieces to a client, from threads that block while it does not read. One write at a time is under way; what comes meanwhile leaves with
 * the next one, so that a fast stream needs few hand-overs to the event loop. A client that is gone is an exception at the next piece. So is one that
 * does not read when its owner's share of transfers is full: it is cut, and may come back for the rest.
 *
 * @param <T> a piece
 */
public final class Outgoing<T> {
    private static final int MOST_UNDER_WAY = 128 * 1024; // bytes that were given to us and not taken by the socket

    /** As that, of many who share a client and find a place in {@link #WIDE}: each hand-over to the event loop then serves more of them. */
    private static final int MOST_WHEN_SHARED = 512 * 1024;

    /** Clients that have so much under way, of all owners: a sixteenth of all memory. */
    private static final Shares WIDE = new Shares((int) (Runtime.getRuntime().maxMemory() / 16 / MOST_WHEN_SHARED));

    private final Function<List<T>, Future<Void>> out;
    private final ToIntFunction<T> size;
    private final String owner;
    private final Runnable cut;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below, and the order of what is written
    private final Condition taken = lock.newCondition();
    private List<T> waiting = new ArrayList<>();
    private int underWay; // what waits is counted
    private boolean writing;
    private boolean placed; // the writer's
    private boolean wide; // is one of those
    private boolean silent = true;
    private boolean gone;

    /** The client is gone; nobody needs to be told. */
    public static final class GoneException extends IOException {
        GoneException() {
            super("the client is gone");
        }
    }

    /**
     * @param out writes pieces from any thread, and tells when the socket has them
     * @param size of a piece, in bytes
     * @param owner in whose share it stands still
     * @param cut ends the connection at once
     */
    public Outgoing(Function<List<T>, Future<Void>> out, ToIntFunction<T> size, String owner, Runnable cut) {
        this.out = out;
        this.size = size;
        this.owner = owner;
        this.cut = cut;
    }

    /** As above, for many who share a client: who only tells it something may wait without a place, output goes by {@link #sendAmongOthers}. */
    public Outgoing(Function<List<T>, Future<Void>> out, ToIntFunction<T> size, String owner) {
        this(out, size, owner, () -> {});
        placed();
    }

    /** Whoever writes has a place among the transfers until the end, so that it needs none when it stands still. */
    public void placed() {
        placed = true;
    }

    /** Waits while too much is under way. */
    public void send(T piece) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            awaitRoom();
            sendNow(piece);
        } finally {
            lock.unlock();
        }
    }

    /**
     * As {@link #send}, by one of many who share the client: whoever finds no place is refused alone, and the client is not cut.
     *
     * @throws dev.sandjar.SandboxException {@code RATE_LIMITED}
     */
    public void sendAmongOthers(T piece) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            widen();
            if (isFull()) {
                try (var _ = Transfers.begin(Transfers.Kind.OUTPUT, owner)) {
                    awaitLess();
                }
            }
            sendNow(piece);
        } finally {
            lock.unlock();
        }
    }

    /** The first half of {@link #send}, for those that may not wait in the other one. Returns at once when the client is gone. */
    public void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (isFull()) {
                awaitTaken();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The other half, which never waits. */
    public void sendNow(T piece) throws GoneException {
        lock.lock();
        try {
            if (gone) {
                throw new GoneException();
            }
            add(piece);
        } finally {
            lock.unlock();
        }
    }

    private void awaitTaken() throws InterruptedException {
        if (placed) {
            awaitLess();
            return;
        }
        Transfers.@Nullable Place place =
                Transfers.place(Transfers.Kind.STREAM, owner).orElse(null);
        if (place == null) {
            gone();
            cut.run();
            return;
        }
        try (place) {
            awaitLess();
        }
    }

    /** One is woken at a time, and wakes the next while there is room: many may wait, and most would find none. */
    private void awaitLess() throws InterruptedException {
        try {
            while (isFull() && !gone) {
                taken.await();
            }
        } finally {
            wakeNext();
        }
    }

    private void wakeNext() {
        if (gone) {
            taken.signalAll();
        } else if (!isFull()) {
            taken.signal();
        }
    }

    private boolean isFull() {
        return underWay > (wide ? MOST_WHEN_SHARED : MOST_UNDER_WAY);
    }

    private void widen() {
        if (!wide && isFull() && !gone) {
            wide = WIDE.tryTake(owner, 1);
        }
    }

    /** When it is not needed any more. */
    private void narrow() {
        if (wide && (gone || underWay <= MOST_UNDER_WAY)) {
            wide = false;
            WIDE.giveBack(owner, 1);
        }
    }

    private void add(T piece) {
        silent = false;
        underWay += size.applyAsInt(piece);
        waiting.add(piece);
        if (!writing) {
            write();
        }
    }

    private void write() {
        List<T> all = rest();
        int length = all.stream().mapToInt(size).sum();
        writing = length > 0;
        if (writing) {
            given(all).onComplete(result -> written(result, length));
        }
    }

    private Future<Void> given(List<T> all) {
        try {
            return out.apply(all);
        } catch (RuntimeException closed) { // as Vert.x tells of some connections
            return Future.failedFuture(closed);
        }
    }

    private void written(AsyncResult<Void> result, int length) {
        lock.lock();
        try {
            underWay -= length;
            gone |= result.failed();
            narrow();
            wakeNext();
            write();
        } finally {
            lock.unlock();
        }
    }

    private List<T> rest() {
        List<T> all = waiting;
        waiting = new ArrayList<>();
        return all;
    }

    /** Sends something if nothing was sent since the last time that this was called, and nobody is writing. */
    public void ifSilent(T heartbeat) {
        if (!lock.tryLock()) {
            return; // somebody is writing
        }
        try {
            if (silent && underWay == 0 && !gone) {
                add(heartbeat);
            }
            silent = true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client is. */
    public boolean isGone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    /** The connection is closed. */
    public void gone() {
        lock.lock();
        try {
            gone = true;
            narrow();
            wakeNext();
        } finally {
            lock.unlock();
        }
    }

    /** No more is sent but what is returned, for whoever ends the connection. */
    public List<T> end() {
        lock.lock();
        try {
            gone();
            return rest();
        } finally {
            lock.unlock();
        }
    }
}
