package dev.sandjar.engine.pool;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.engine.lease.Alarms;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sandboxes of one template, made ahead. A claim takes the oldest and never waits; every claim starts the refill a moment later, which
 * makes one at a time and backs off when making fails.
 */
public final class Pool implements AutoCloseable {
    /** Whoever has claimed one wants to use it at once: making the next would take the processors from that. */
    private static final Duration AFTER_A_CLAIM = Duration.ofMillis(20);

    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final Duration LONGEST_UNDO = Duration.ofSeconds(10); // what is left then has a short lease
    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(1);

    /** Makes one sandbox for nobody yet. */
    public interface Maker {
        LiveSandbox make() throws InterruptedException;
    }

    private final int size;
    private final Maker maker;
    private final Consumer<LiveSandbox> discard;
    private final Alarms alarms;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Deque<LiveSandbox> ready = new ArrayDeque<>();
    private @Nullable Thread filling; // makes what is missing
    private boolean closed;
    private Duration backOff = FIRST_BACK_OFF;

    /** @param discard removes one that is not needed any more */
    public Pool(int size, Maker maker, Consumer<LiveSandbox> discard, Alarms alarms) {
        this.size = size;
        this.maker = maker;
        this.discard = discard;
        this.alarms = alarms;
    }

    /** Takes one that is ready; it is never handed out again. */
    public Optional<LiveSandbox> claim() {
        Optional<LiveSandbox> claimed;
        lock.lock();
        try {
            claimed = Optional.ofNullable(ready.poll());
        } finally {
            lock.unlock();
        }
        if (claimed.isPresent()) {
            alarms.at(alarms.instant().plus(AFTER_A_CLAIM), this::refill);
        } else {
            refill();
        }
        return claimed;
    }

    /** Takes back one that was claimed and is as it was. */
    public void giveBack(LiveSandbox sandbox) {
        boolean discarded;
        lock.lock();
        try {
            discarded = closed;
            if (!discarded) {
                ready.addFirst(sandbox);
            }
        } finally {
            lock.unlock();
        }
        if (discarded) {
            discard.accept(sandbox);
        }
    }

    /** Forgets one that has died or expired. */
    public void remove(LiveSandbox sandbox) {
        boolean removed;
        lock.lock();
        try {
            removed = ready.remove(sandbox);
        } finally {
            lock.unlock();
        }
        if (removed) {
            refill();
        }
    }

    public int ready() {
        lock.lock();
        try {
            return ready.size();
        } finally {
            lock.unlock();
        }
    }

    /** Starts making what is missing, unless that goes on already. */
    public void refill() {
        lock.lock();
        try {
            if (filling == null && !closed && ready.size() < size) {
                filling = Thread.ofVirtual().name("pool-refill").start(this::fill);
            }
        } finally {
            lock.unlock();
        }
    }

    private void fill() {
        while (true) {
            LiveSandbox made;
            try {
                made = maker.make();
            } catch (InterruptedException
                    | RuntimeException e) { // whatever it is: a filler that just ends is the last one
                later(e);
                return;
            }
            if (!added(made)) {
                return;
            }
        }
    }

    /** Returns whether more are missing. */
    private boolean added(LiveSandbox made) {
        boolean discarded;
        boolean more;
        lock.lock();
        try {
            backOff = FIRST_BACK_OFF;
            discarded = closed;
            if (!discarded) {
                ready.add(made);
            }
            more = !closed && ready.size() < size;
            if (!more) {
                filling = null;
            }
        } finally {
            lock.unlock();
        }
        if (discarded) {
            Thread.interrupted(); // by close, which waits for this
            discard.accept(made);
        }
        return more;
    }

    private void later(Exception why) {
        Duration pause;
        lock.lock();
        try {
            filling = null;
            if (closed) {
                return;
            }
            pause = backOff;
            Duration doubled = backOff.multipliedBy(2);
            backOff = doubled.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : doubled;
        } finally {
            lock.unlock();
        }
        LOG.log(
                WARNING,
                "a sandbox could not be made for the warm pool; trying again in " + pause.toSeconds() + " s",
                why);
        alarms.at(alarms.instant().plus(pause), this::refill);
    }

    /** Stops refilling and removes what is ready; interrupts what is being made, and waits until it is undone. */
    @Override
    public void close() {
        Deque<LiveSandbox> left;
        Thread maker;
        lock.lock();
        try {
            closed = true;
            left = new ArrayDeque<>(ready);
            ready.clear();
            maker = filling;
        } finally {
            lock.unlock();
        }
        left.forEach(discard);
        if (maker != null) {
            maker.interrupt();
            join(maker);
        }
    }

    private static void join(Thread maker) {
        try {
            maker.join(LONGEST_UNDO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
