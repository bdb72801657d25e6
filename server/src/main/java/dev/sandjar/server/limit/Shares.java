package dev.sandjar.server.limit;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Something that all owners share, such as memory, in units. No owner may have more than it leaves: one alone has half, and whatever some have,
 * there is some for one that has none.
 */
public final class Shares {
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition returned = lock.newCondition();
    private final Map<String, Integer> taken = new HashMap<>();
    private int free;

    public Shares(int units) {
        free = units;
    }

    /** Takes so many now, or none. */
    public boolean tryTake(String owner, int units) {
        lock.lock();
        try {
            if (taken.getOrDefault(owner, 0) + units > free) {
                return false;
            }
            taken.merge(owner, units, Integer::sum);
            free -= units;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #tryTake}, once others have given back enough, if that is soon enough. */
    public boolean take(String owner, int units, Duration longest) throws InterruptedException {
        long left = longest.toNanos();
        lock.lockInterruptibly();
        try {
            while (!tryTake(owner, units)) {
                if (left <= 0) {
                    return false;
                }
                left = returned.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives back what was taken. */
    public void giveBack(String owner, int units) {
        lock.lock();
        try {
            free += units;
            taken.computeIfPresent(owner, (_, had) -> had == units ? null : had - units);
            returned.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
