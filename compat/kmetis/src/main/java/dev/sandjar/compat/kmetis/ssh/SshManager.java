package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.sshd.client.session.ClientSession;

/**
 * A pool of SSH connections. Up to eight commands share one connection; one that nobody has used for the idle timeout is closed; at the maximum, the
 * one that was used longest ago makes room, and where all are in use, a caller waits until one is not, no longer than a connect may take.
 *
 * <p>Threads: connections are made on threads of their own, so that a slow one holds up only those who want it, and none of their callers'
 * interruptions breaks it for the others. {@code ssh-pool} closes what is idle. The lock is never held while anything is connected or closed.
 * A connection that dies leaves by itself: TCP or an unanswered heartbeat tells, nothing is asked before a command.
 */
public final class SshManager implements AutoCloseable {
    private final int maxSessions;
    private final long idleNanos;
    private final Consumer<String> whenCut;
    private final Connector connector;
    private final ScheduledThreadPoolExecutor timer;

    private final ReentrantLock lock = new ReentrantLock(); // guards: all, closed, and what is in each of all
    private final Condition changed = lock.newCondition();
    private final List<Pooled> all = new ArrayList<>();
    private boolean closed;

    /** Ten connections, closed when idle for five minutes, made within 30 seconds. */
    public SshManager() {
        this(10, Duration.ofMinutes(5), Duration.ofSeconds(30), _ -> {});
    }

    /**
     * An empty pool.
     *
     * @param maxSessions most connections at once: 1 to 10,000
     * @param idleTimeout since the last use: 1 ms to a day
     * @param connectTimeout of TCP, key exchange and login together: 1 ms to an hour
     * @param whenCut is told whose connection ended without having been closed here; on a thread that must not be held up
     */
    public SshManager(int maxSessions, Duration idleTimeout, Duration connectTimeout, Consumer<String> whenCut) {
        if (maxSessions < 1 || maxSessions > 10_000) {
            throw SandboxException.invalid("maxSessions", maxSessions, "1 to 10000");
        }
        requireWithin("idleTimeout", idleTimeout, Duration.ofDays(1));
        requireWithin("connectTimeout", connectTimeout, Duration.ofHours(1));
        this.maxSessions = maxSessions;
        this.idleNanos = idleTimeout.toNanos();
        this.whenCut = whenCut;
        this.connector = new Connector(connectTimeout);
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("ssh-pool").factory());
    }

    private static void requireWithin(String name, Duration given, Duration most) {
        if (given.compareTo(Duration.ofMillis(1)) < 0 || given.compareTo(most) > 0) {
            throw SandboxException.invalid(name, given, Duration.ofMillis(1) + " to " + most);
        }
    }

    /**
     * Lends a connection, a new one when none is there; to be given back by closing.
     *
     * @param target whom it is to
     * @return a connection that is logged in
     * @throws SshConnectionException when there is none within the connect timeout
     * @throws InterruptedException when the caller does not want it any more
     */
    public SshSession borrow(SshTarget target) throws InterruptedException {
        long end = System.nanoTime() + connector.timeout().toNanos();
        Pooled pooled = reserve(target, end);
        try {
            ClientSession session =
                    pooled.session.get(end - System.nanoTime() + TimeUnit.SECONDS.toNanos(1), TimeUnit.NANOSECONDS);
            return new SshSession(session, connector.timeout(), () -> release(pooled));
        } catch (ExecutionException e) {
            release(pooled);
            throw e.getCause() instanceof SshConnectionException told
                    ? told
                    : failed(target, String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            release(pooled);
            throw failed(target, "not made in time");
        } catch (InterruptedException e) {
            release(pooled);
            throw e;
        }
    }

    private static SshConnectionException failed(SshTarget target, String why) {
        return new SshConnectionException(
                "no SSH connection to sandbox " + target.sandboxId() + ": " + why, "try again", null);
    }

    /** One that is counted as used by the caller. */
    private Pooled reserve(SshTarget target, long end) throws InterruptedException {
        Optional<Pooled> victim = Optional.empty();
        Pooled mine;
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw failed(target, "the pool has been closed");
                }
                Optional<Pooled> there =
                        all.stream().filter(one -> one.serves(target)).findFirst();
                if (there.isPresent()) {
                    there.get().users++;
                    return there.get();
                }
                victim = all.size() < maxSessions ? Optional.empty() : leastRecentlyUsed();
                if (all.size() < maxSessions || victim.isPresent()) {
                    victim.ifPresent(all::remove);
                    mine = new Pooled(target);
                    mine.users = 1;
                    all.add(mine);
                    break;
                }
                if (changed.awaitNanos(end - System.nanoTime()) <= 0) {
                    throw failed(target, "all " + maxSessions + " connections are in use (maxSessions)");
                }
            }
        } finally {
            lock.unlock();
        }
        victim.ifPresent(Pooled::close);
        Thread.ofVirtual().name("ssh-connect-" + target.sandboxId()).start(() -> connect(mine));
        return mine;
    }

    private Optional<Pooled> leastRecentlyUsed() {
        return all.stream().filter(one -> one.users == 0).min(Comparator.comparingLong(one -> one.lastUsed));
    }

    private void connect(Pooled pooled) {
        try {
            ClientSession session = connector.connect(pooled.target);
            session.addCloseFutureListener(_ -> ended(pooled));
            pooled.session.complete(session);
        } catch (RuntimeException e) {
            drop(pooled::equals);
            pooled.session.completeExceptionally(e);
        }
    }

    private void ended(Pooled pooled) {
        if (drop(pooled::equals)) {
            whenCut.accept(pooled.target.sandboxId());
        }
    }

    private void release(Pooled pooled) {
        lock.lock();
        try {
            pooled.users--;
            pooled.lastUsed = System.nanoTime();
            changed.signalAll();
            if (!closed && timer.getQueue().isEmpty()) {
                timer.schedule(this::closeIdle, idleNanos, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs when the first could be idle long enough, and again as long as any is there. */
    private void closeIdle() {
        long now = System.nanoTime();
        drop(one -> one.idleFor(idleNanos, now));
        lock.lock();
        try {
            all.stream()
                    .filter(one -> one.users == 0)
                    .mapToLong(one -> one.lastUsed + idleNanos - System.nanoTime())
                    .min()
                    .ifPresent(left -> timer.schedule(this::closeIdle, Math.max(1, left), TimeUnit.NANOSECONDS));
        } finally {
            lock.unlock();
        }
    }

    /** Whether there was any. */
    private boolean drop(Predicate<Pooled> which) {
        List<Pooled> gone;
        lock.lock();
        try {
            gone = all.stream().filter(which).toList();
            all.removeAll(gone);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        gone.forEach(Pooled::close);
        return !gone.isEmpty();
    }

    /**
     * Closes all connections to a sandbox, used or not, and forgets the host key that it showed.
     *
     * @param sandboxId whose
     */
    public void closeSessions(String sandboxId) {
        drop(one -> one.target.sandboxId().equals(sandboxId));
        connector.forget(sandboxId);
    }

    /**
     * How many connections are there, or being made.
     *
     * @return 0 to the maximum
     */
    public int openSessions() {
        lock.lock();
        try {
            return all.size();
        } finally {
            lock.unlock();
        }
    }

    /** Closes all connections, used or not. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        timer.shutdownNow();
        drop(_ -> true);
        connector.close();
    }
}
