package dev.sandjar.engine.lease;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Removes what has outlived its lease. Level-triggered: an alarm only says "look", and the look compares the lease as it is then with the
 * clock, so a longer lease needs to tell nobody; for a shorter one, {@link #watch} again.
 *
 * @param <K> what names a leased thing
 */
public final class Reaper<K> {
    private final Alarms alarms;
    private final Map<K, Watch> watches = new ConcurrentHashMap<>();

    public Reaper(Alarms alarms) {
        this.alarms = alarms;
    }

    /**
     * Watches a thing until it is reaped or forgotten.
     *
     * @param lease looks at it afresh
     * @param reap removes it if it still must go; answers when to look again if it need not, or could not be
     */
    public void watch(K key, Supplier<Lease> lease, Supplier<Optional<Instant>> reap) {
        var watch = new Watch(key, lease, reap);
        Watch before = watches.put(key, watch); // known before its first alarm, which may come at once
        if (before != null) {
            before.cancel();
        }
        watch.look();
    }

    /** Stops watching. */
    public void forget(K key) {
        Watch watch = watches.remove(key);
        if (watch != null) {
            watch.cancel();
        }
    }

    private final class Watch {
        private final K key;
        private final Supplier<Lease> lease;
        private final Supplier<Optional<Instant>> reap;

        private final ReentrantLock lock = new ReentrantLock(); // guards everything below
        private Alarms.@Nullable Alarm next;
        private boolean over;

        Watch(K key, Supplier<Lease> lease, Supplier<Optional<Instant>> reap) {
            this.key = key;
            this.lease = lease;
            this.reap = reap;
        }

        private void look() {
            if (watches.get(key) != this) {
                return;
            }
            switch (LeaseRules.judge(lease.get(), alarms.instant())) {
                case Verdict.Reap _ -> reap.get().ifPresentOrElse(this::lookAgain, () -> watches.remove(key, this));
                case Verdict.KeepUntil(Instant when) -> lookAgain(when);
            }
        }

        private void lookAgain(Instant when) {
            lock.lock();
            try {
                if (!over) {
                    next = alarms.at(when, this::look);
                }
            } finally {
                lock.unlock();
            }
        }

        private void cancel() {
            lock.lock();
            try {
                over = true;
                if (next != null) {
                    next.cancel();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
