package dev.sandjar.client;

import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Both streams of one follower, each to its own reader. Whoever waits reads for both; what belongs to the other is kept for it, up to the
 * size of the journal. Then the reader in front waits too, as it would for a journal that is full, or the one behind loses its oldest.
 */
final class SplitOutput {
    private static final int MOST_WAITING = 4 << 20; // what the journal holds

    private final OutputFollower follower;
    private final boolean held;
    private final Consumer<Ending> whenEnded;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below; not held while reading
    private final Condition changed = lock.newCondition();
    private final Map<Output.Stream, Part> parts = new EnumMap<>(Output.Stream.class);
    private boolean reading;
    private boolean ended;
    private @Nullable SandboxException failure;

    /** What waits for one reader. */
    private static final class Part {
        private final Deque<Output> waiting = new ArrayDeque<>();
        private final InputStream input;
        private long bytes;
        private boolean closed;

        Part(InputStream input) {
            this.input = input;
        }
    }

    /** @param held whether the command waits for slow readers */
    SplitOutput(OutputFollower follower, boolean held, Consumer<Ending> whenEnded) {
        this.follower = follower;
        this.held = held;
        this.whenEnded = whenEnded;
        for (Output.Stream stream : Output.Stream.values()) {
            parts.put(stream, new Part(new OutputInput(this, stream)));
        }
    }

    InputStream input(Output.Stream stream) {
        return part(stream).input;
    }

    private Part part(Output.Stream stream) {
        return java.util.Objects.requireNonNull(parts.get(stream));
    }

    /** Waits for the next of one stream; null at its end. */
    @Nullable
    Output next(Output.Stream stream) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Part mine = part(stream);
            while (mine.waiting.isEmpty()) {
                if (failure != null) {
                    throw failure;
                }
                if (ended) {
                    return null;
                }
                if (reading || isFull()) {
                    changed.await();
                } else {
                    read();
                }
            }
            Output next = mine.waiting.remove();
            mine.bytes -= next.size();
            changed.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return held && parts.values().stream().anyMatch(part -> part.bytes >= MOST_WAITING);
    }

    /** Reads once, without the lock. */
    private void read() {
        reading = true;
        lock.unlock();
        Output next = null;
        SandboxException why = null;
        try {
            next = follower.next();
        } catch (SandboxException e) {
            why = e;
        } finally {
            lock.lock();
            reading = false;
            failure = Thread.currentThread().isInterrupted() ? null : why; // an interruption is this reader's alone
            changed.signalAll();
        }
        if (next != null) {
            share(next);
        } else if (why == null) {
            ended = true;
            follower.ending().ifPresent(whenEnded);
        } else if (failure == null) {
            throw why;
        }
    }

    private void share(Output next) {
        switch (next) {
            case Output.Chunk chunk -> keep(part(chunk.stream()), chunk);
            case Output.Gap gap -> parts.values().forEach(part -> keep(part, gap));
        }
    }

    private static void keep(Part part, Output output) {
        if (part.closed) {
            return;
        }
        part.waiting.add(output);
        part.bytes += output.size();
        if (part.bytes > 2L * MOST_WAITING) { // only of what is not held
            forgetOldest(part);
        }
    }

    private static void forgetOldest(Part part) {
        long from = start(part.waiting.getFirst());
        while (part.bytes > MOST_WAITING) {
            part.bytes -= part.waiting.remove().size();
        }
        part.waiting.addFirst(new Output.Gap(from, start(part.waiting.getFirst())));
    }

    private static long start(Output output) {
        return switch (output) {
            case Output.Chunk(var _, long offset, ByteBuffer _) -> offset;
            case Output.Gap(long from, long _) -> from;
        };
    }

    /** One reader wants no more; with the last one the follower goes. */
    void close(Output.Stream stream) {
        lock.lock();
        try {
            Part part = part(stream);
            part.closed = true;
            part.waiting.clear();
            part.bytes = 0;
            if (parts.values().stream().allMatch(each -> each.closed)) {
                follower.close();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
