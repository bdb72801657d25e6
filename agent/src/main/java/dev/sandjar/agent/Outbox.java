package dev.sandjar.agent;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the agent, until its socket takes it. An agent may stand still for as long as its sandbox likes: what waits for it meanwhile is bounded:
 * requests by the {@link Link.Room} of those who ask, if that has a bound, and they go with those who give up.
 */
final class Outbox {
    private static final int MOST_DATA = 1 << 20; // bytes that wait before senders do
    private static final int BATCH = 256 * 1024; // bytes in one write, which nobody can take back

    private record Waiting(Frame frame, List<ByteBuffer> bytes, int length) {}

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition added = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Integer, Long> taken =
            new HashMap<>(); // offsets of the TAKEN that wait, by channel: only the last counts
    private long bytes; // that wait
    private boolean closed;

    /** What is added together leaves together. */
    void add(List<Frame> frames) {
        List<Waiting> encoded = frames.stream().map(Outbox::encoded).toList();
        lock.lock();
        try {
            encoded.forEach(this::add);
        } finally {
            lock.unlock();
        }
    }

    private static Waiting encoded(Frame frame) {
        List<ByteBuffer> bytes = FrameWriter.encode(frame);
        return new Waiting(
                frame, bytes, bytes.stream().mapToInt(ByteBuffer::remaining).sum());
    }

    /** Output before an offset was taken. However often that is said, it waits once for each channel. */
    void taken(int channel, long offset) {
        lock.lock();
        try {
            if (taken.put(channel, offset) == null) {
                add(new Waiting(new Frame.Taken(channel, offset), List.of(), 0));
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(Waiting one) {
        if (!closed) {
            waiting.add(one);
            bytes += one.length;
            added.signal();
        }
    }

    /** Takes back all that waits of a channel if its OPEN does, too: then the agent has never heard of it. */
    boolean withdraw(int channel) {
        lock.lock();
        try {
            if (waiting.stream().noneMatch(one -> one.frame instanceof Frame.Open && one.frame.channel() == channel)) {
                return false;
            }
            waiting.removeIf(one -> {
                boolean of = one.frame.channel() == channel;
                if (of) {
                    bytes -= one.length;
                }
                return of;
            });
            taken.remove(channel);
            room.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits while more waits than the socket should be ahead of. */
    void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (bytes > MOST_DATA && !closed) {
                room.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what comes next, of which some is returned in its order; null when this is closed. */
    @Nullable
    List<ByteBuffer> next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                added.awaitUninterruptibly();
            }
            return closed ? null : batch();
        } finally {
            lock.unlock();
        }
    }

    private List<ByteBuffer> batch() {
        var batch = new ArrayList<ByteBuffer>();
        for (int length = 0; !waiting.isEmpty() && length < BATCH; ) {
            Waiting one = waiting.remove();
            batch.addAll(latest(one));
            length += one.length;
            bytes -= one.length;
        }
        room.signalAll();
        return batch;
    }

    private List<ByteBuffer> latest(Waiting one) {
        Long offset = one.frame instanceof Frame.Taken ? taken.remove(one.frame.channel()) : null;
        return offset == null ? one.bytes : FrameWriter.encode(new Frame.Taken(one.frame.channel(), offset));
    }

    /** Nothing more is sent. */
    void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            taken.clear();
            added.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
