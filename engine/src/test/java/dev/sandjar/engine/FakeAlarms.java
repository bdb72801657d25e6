package dev.sandjar.engine;

import dev.sandjar.engine.lease.Alarms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until a test moves it. */
public final class FakeAlarms implements Alarms {
    private record Pending(Instant when, Runnable work) {}

    private final List<Pending> pending = new ArrayList<>();
    private Instant now = Instant.now();

    @Override
    public synchronized Instant instant() {
        return now;
    }

    @Override
    public synchronized Alarm at(Instant when, Runnable work) {
        var one = new Pending(when, work);
        pending.add(one);
        return () -> forget(one);
    }

    private synchronized void forget(Pending one) {
        pending.remove(one);
    }

    /** Moves on, and runs on this thread what becomes due, in its order. */
    public void advance(Duration by) {
        Instant end = instant().plus(by);
        for (Pending next = due(end); next != null; next = due(end)) {
            next.work().run();
        }
        set(end);
    }

    private synchronized Pending due(Instant end) {
        Pending first = pending.stream()
                .filter(one -> !one.when().isAfter(end))
                .min(Comparator.comparing(Pending::when))
                .orElse(null);
        if (first != null) {
            pending.remove(first);
            now = first.when().isAfter(now) ? first.when() : now;
        }
        return first;
    }

    private synchronized void set(Instant instant) {
        now = instant;
    }

    @Override
    public synchronized void close() {
        pending.clear();
    }
}
