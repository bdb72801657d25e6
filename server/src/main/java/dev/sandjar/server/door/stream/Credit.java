package dev.sandjar.server.door.stream;

import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.wire.StreamMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How much output a client still has room for: a reader that does not read stalls its own channel, and no other one on the connection. */
final class Credit {
    private static final int PARTS = 16; // of a window, each of which is taken as a whole

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private final Deque<Sent> sent = new ArrayDeque<>(); // and not taken; some dozens, however small the pieces
    private volatile OptionalInt window;
    private long outstanding;

    private record Sent(long end, int cost) {}

    /** @param window empty: whatever the connection takes */
    Credit(OptionalInt window) {
        this.window = window;
    }

    /** Whether the client says what it has. */
    boolean isKept() {
        return window.isPresent();
    }

    /** Whether output is wanted already. */
    boolean isWanted() {
        return window.isPresent() && window.getAsInt() > 0;
    }

    void widen(int size) {
        lock.lock();
        try {
            window = OptionalInt.of(size);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is room. What stands still for it has a place among its owner's transfers.
     *
     * @throws SandboxException {@code RATE_LIMITED}, when this owner has its share
     */
    void await(String owner) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (hasRoom()) {
                return;
            }
            boolean begun = window.orElse(1) > 0; // before, nothing of the output is here
            try (var _ = begun ? Transfers.begin(Transfers.Kind.OUTPUT, owner) : null) {
                while (!hasRoom()) {
                    changed.await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Pieces that are told apart. */
    int remembered() {
        lock.lock();
        try {
            return sent.size();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom() {
        return window.isEmpty() || outstanding < window.getAsInt();
    }

    void sent(Output output) {
        lock.lock();
        try {
            if (window.isPresent()) {
                int cost = StreamMessage.PIECE + output.size();
                outstanding += cost;
                Sent last = sent.peekLast();
                if (last != null && last.cost < window.getAsInt() / PARTS) {
                    sent.removeLast();
                    cost += last.cost;
                }
                sent.add(new Sent(output.end(), cost));
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was sent up to there is no longer on its way. */
    void taken(long offset) {
        lock.lock();
        try {
            while (!sent.isEmpty() && sent.getFirst().end <= offset) {
                outstanding -= sent.removeFirst().cost;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    static SandboxException wrongOrder(String what) {
        return new SandboxException(ErrorCode.INVALID_STATE, what, "see docs/streams.md", null);
    }
}
