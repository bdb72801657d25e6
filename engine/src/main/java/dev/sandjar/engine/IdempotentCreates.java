package dev.sandjar.engine;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Creates that are repeated by key: the second one, also at the same time, gets the first one's sandbox. */
final class IdempotentCreates {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,253}[\\x21-\\x7e])?");

    private record Key(String owner, String key) {}

    /** Makes a sandbox, and may be interrupted. */
    interface Maker extends Callable<LiveSandbox> {
        @Override
        LiveSandbox call() throws InterruptedException;
    }

    private final ConcurrentHashMap<Key, ReentrantLock> underWay = new ConcurrentHashMap<>();

    /** @param existing finds a sandbox made by this key that still lives */
    LiveSandbox once(String owner, String key, SandboxSpec spec, Supplier<Optional<LiveSandbox>> existing, Maker make)
            throws InterruptedException {
        if (!KEY.matcher(key).matches()) {
            throw SandboxException.invalid(
                    "idempotency key", key.length() + " characters", "1 to 255 printable ASCII characters");
        }
        var name = new Key(owner, key);
        ReentrantLock lock = locked(name);
        try {
            Optional<LiveSandbox> first = existing.get();
            if (first.isPresent()) {
                return same(first.get(), spec);
            }
            return make.call();
        } finally {
            if (!lock.hasQueuedThreads()) {
                underWay.remove(name, lock);
            }
            lock.unlock();
        }
    }

    /** The one that is in the map: whoever waited for one that was taken out meanwhile would be alone with it. */
    private ReentrantLock locked(Key name) throws InterruptedException {
        while (true) {
            ReentrantLock lock = underWay.computeIfAbsent(name, _ -> new ReentrantLock());
            lock.lockInterruptibly();
            if (lock.equals(underWay.get(name))) {
                return lock;
            }
            lock.unlock();
        }
    }

    private static LiveSandbox same(LiveSandbox first, SandboxSpec spec) {
        if (!first.record().spec().equals(spec)) {
            throw new SandboxException(
                    ErrorCode.ALREADY_EXISTS,
                    "this idempotency key made sandbox " + first.id() + " from another spec",
                    "use a new key for a new sandbox",
                    null);
        }
        return first;
    }
}
