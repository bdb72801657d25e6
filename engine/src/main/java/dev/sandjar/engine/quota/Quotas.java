package dev.sandjar.engine.quota;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.engine.lifecycle.SandboxRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** How many sandboxes there are, by owner, against how many there may be. */
public final class Quotas {
    private final int maxPerOwner;
    private final int maxTotal;

    private final ReentrantLock lock = new ReentrantLock(); // guards: byOwner, total
    private final Map<String, Integer> byOwner = new HashMap<>();
    private int total;

    public Quotas(int maxPerOwner, int maxTotal) {
        this.maxPerOwner = maxPerOwner;
        this.maxTotal = maxTotal;
    }

    /** Takes a place for one more; to be given back by {@link #release}. What nobody owns yet counts for the place alone. */
    public void reserve(String owner) {
        lock.lock();
        try {
            refuseOver(owner);
            if (total >= maxTotal) {
                throw new SandboxException(
                        ErrorCode.NO_CAPACITY,
                        "this place has " + total + " sandboxes, allowed: " + maxTotal,
                        "try again later",
                        null);
            }
            adopt(owner);
        } finally {
            lock.unlock();
        }
    }

    /** Makes one that nobody owns yet somebody's; the place has no more than before. */
    public void claim(String owner) {
        lock.lock();
        try {
            refuseOver(owner);
            release(SandboxRecord.NOBODY);
            adopt(owner);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a {@link #claim} back. */
    public void giveUp(String owner) {
        lock.lock();
        try {
            release(owner);
            adopt(SandboxRecord.NOBODY);
        } finally {
            lock.unlock();
        }
    }

    private void refuseOver(String owner) {
        int has = byOwner.getOrDefault(owner, 0);
        if (has >= maxPerOwner && !owner.equals(SandboxRecord.NOBODY)) {
            throw new SandboxException(
                    ErrorCode.QUOTA_EXCEEDED,
                    "you have " + has + " sandboxes, allowed: " + maxPerOwner,
                    "delete one first",
                    null);
        }
    }

    /** Counts one that exists, whatever the limits say. */
    public void adopt(String owner) {
        lock.lock();
        try {
            byOwner.merge(owner, 1, Integer::sum);
            total++;
        } finally {
            lock.unlock();
        }
    }

    public void release(String owner) {
        lock.lock();
        try {
            byOwner.computeIfPresent(owner, (_, has) -> has == 1 ? null : has - 1);
            total--;
        } finally {
            lock.unlock();
        }
    }
}
