package dev.sandjar.engine.lease;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Removes what has outlived its lease. Level-triggered: an alarm only says "look", and the look compares the lease as it is then with the
 * clock, so a renewal needs to tell nobody.
 *
 * @param <K> what names a leased thing
 */
public final class Reaper<K> {
    private final Alarms alarms;
    private final Map<K, Alarms.Alarm> pending = new ConcurrentHashMap<>();

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
        switch (LeaseRules.judge(lease.get(), alarms.instant())) {
            case Verdict.Reap _ -> {
                pending.remove(key);
                reap.get().ifPresent(next -> lookAgain(next, key, lease, reap));
            }
            case Verdict.KeepUntil(Instant next) -> lookAgain(next, key, lease, reap);
        }
    }

    /** Stops watching. */
    public void forget(K key) {
        Alarms.Alarm alarm = pending.remove(key);
        if (alarm != null) {
            alarm.cancel();
        }
    }

    private void lookAgain(Instant next, K key, Supplier<Lease> lease, Supplier<Optional<Instant>> reap) {
        Alarms.Alarm before = pending.put(key, alarms.at(next, () -> {
            if (pending.containsKey(key)) {
                watch(key, lease, reap);
            }
        }));
        if (before != null) {
            before.cancel();
        }
    }
}
