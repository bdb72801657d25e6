package dev.sandjar.server.limit;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** A bucket for each name, refilled evenly; the ones not asked for in the longest time are forgotten, which fills them. */
final class Buckets {
    private static final int MOST = 10_000; // about 2 MB; names may come from outside

    private final int perMinute;

    private final ReentrantLock lock = new ReentrantLock(); // guards: buckets
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    Buckets(int perMinute) {
        this.perMinute = perMinute;
    }

    int perMinute() {
        return perMinute;
    }

    Bucket of(String name) {
        lock.lock();
        try {
            Bucket bucket = buckets.computeIfAbsent(name, _ -> full());
            if (buckets.size() > MOST) {
                buckets.remove(buckets.keySet().iterator().next());
            }
            return bucket;
        } finally {
            lock.unlock();
        }
    }

    private Bucket full() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                .build();
    }
}
