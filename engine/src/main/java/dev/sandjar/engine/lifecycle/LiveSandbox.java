package dev.sandjar.engine.lifecycle;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxState;
import dev.sandjar.agent.Request;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lease.Lease;
import dev.sandjar.engine.link.AgentConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One sandbox as this engine knows it. Only {@link Lifecycle} and {@link Pausing} change it.
 *
 * <p>Order of locks: {@code changing}, then {@code lock}. {@code lock} is never held while waiting for anything.
 */
public final class LiveSandbox {
    /** Folder that relative paths start from, in every sandbox. */
    public static final String WORKSPACE = "/workspace";

    private final SandboxId id;
    private final InstantSource clock;
    private final boolean shared;

    /** Held over calls to the runtime that must come one after another: freeze, thaw, stop, start, record, destroy. */
    final ReentrantLock changing = new ReentrantLock();

    /** Completed when it is gone; exceptionally, and replaced, when removing it failed. */
    private CompletableFuture<Void> gone = new CompletableFuture<>();

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below and gone
    private SandboxRecord record;
    private SandboxState state;
    private @Nullable String reason;
    private List<String> weaknesses = List.of();
    private @Nullable AgentConnection agent;
    private Instant lastActivity;
    private int uses;

    /** @param shared whether it may be used without our knowing */
    LiveSandbox(SandboxId id, SandboxRecord record, SandboxState state, InstantSource clock, boolean shared) {
        this.id = id;
        this.shared = shared;
        this.record = record;
        this.state = state;
        this.clock = clock;
        this.lastActivity = clock.instant();
    }

    public SandboxId id() {
        return id;
    }

    public SandboxRecord record() {
        lock.lock();
        try {
            return record;
        } finally {
            lock.unlock();
        }
    }

    public SandboxState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Where others may use it too, its agent alone knows whether it is idle, and ends; afterwards nobody uses it any more. */
    public Lease lease() {
        lock.lock();
        try {
            return new Lease(
                    record.expiresAt(),
                    shared && state != SandboxState.FAILED
                            ? Optional.empty()
                            : record.spec().idleTimeout(),
                    lastActivity,
                    uses > 0,
                    state == SandboxState.PAUSED);
        } finally {
            lock.unlock();
        }
    }

    public SandboxInfo info() {
        lock.lock();
        try {
            return new SandboxInfo(
                    id,
                    state,
                    Optional.ofNullable(reason),
                    record.owner(),
                    record.spec().image().orElse(""),
                    record.spec().template(),
                    record.createdAt(),
                    record.expiresAt(),
                    lastActivity,
                    WORKSPACE,
                    weaknesses,
                    record.spec());
        } finally {
            lock.unlock();
        }
    }

    /** Its agent, for one use that ends at once. */
    public AgentConnection agent() {
        lock.lock();
        try {
            AgentConnection usable = usable();
            lastActivity = clock.instant();
            return usable;
        } finally {
            lock.unlock();
        }
    }

    /** Its agent, for a question. Looking is no use: whoever only watches a sandbox does not keep it. */
    public AgentConnection asked() {
        lock.lock();
        try {
            return usable();
        } finally {
            lock.unlock();
        }
    }

    /** Its agent, for a use that lasts: the sandbox is not idle until {@link #release}. */
    public AgentConnection acquire() {
        lock.lock();
        try {
            AgentConnection usable = usable();
            lastActivity = clock.instant();
            uses++;
            return usable;
        } finally {
            lock.unlock();
        }
    }

    public void release() {
        lock.lock();
        try {
            uses--;
            lastActivity = clock.instant();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes went in or out. */
    public void used() {
        lock.lock();
        try {
            lastActivity = clock.instant();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what only a sandbox in that state can do. */
    void require(SandboxState needed) {
        lock.lock();
        try {
            if (state != needed) {
                throw refusal(needed.word());
            }
            lastActivity = clock.instant();
        } finally {
            lock.unlock();
        }
    }

    private AgentConnection usable() {
        if (state != SandboxState.RUNNING || agent == null) {
            throw refusal(SandboxState.RUNNING.word());
        }
        return agent;
    }

    private SandboxException refusal(String needed) {
        return switch (state) {
            case STOPPING, TERMINATED -> SandboxException.sandboxNotFound(id);
            case FAILED -> SandboxException.lost(id, reason == null ? "it failed" : reason, null);
            case PENDING, RUNNING, PAUSED -> SandboxException.invalidState(id, state, needed);
        };
    }

    // ---- called by Lifecycle and Pausing

    void ready(AgentConnection connection, List<String> weak) {
        lock.lock();
        try {
            agent = connection;
            weaknesses = weak;
            lastActivity = clock.instant();
        } finally {
            lock.unlock();
        }
    }

    void unusedSince(Instant then) {
        lock.lock();
        try {
            lastActivity = then;
        } finally {
            lock.unlock();
        }
    }

    void record(SandboxRecord changed) {
        lock.lock();
        try {
            record = changed;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the change if it is one that can happen now. */
    boolean change(Transitions.Change change, @Nullable String why) {
        lock.lock();
        try {
            var next = Transitions.next(state, change);
            next.ifPresent(to -> {
                state = to;
                reason = why;
            });
            return next.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Its agent ends by itself when we are no more: the last line of "nothing leaks". */
    void tellLease() {
        AgentConnection open = agentOrNull();
        if (open != null) {
            open.tell(leaseNow());
        }
    }

    /** The same, and it has heard it on return, if it can be reached: for engines that end at once. */
    void setLease() {
        AgentConnection open = agentOrNull();
        if (open != null) {
            try {
                open.call(leaseNow());
            } catch (SandboxException unreachable) {
                // whoever looks will see
            }
        }
    }

    private Request leaseNow() {
        SandboxRecord now = record();
        Duration left = Duration.between(clock.instant(), now.expiresAt());
        return Requests.lease(
                left.isPositive() ? left : Duration.ofMillis(1),
                now.spec().idleTimeout().orElse(Duration.ZERO));
    }

    CompletableFuture<Void> gone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    void removalFailed(SandboxException e) {
        CompletableFuture<Void> failed;
        lock.lock();
        try {
            failed = gone;
            gone = new CompletableFuture<>();
        } finally {
            lock.unlock();
        }
        failed.completeExceptionally(e);
    }

    void closeAgent() {
        AgentConnection open;
        lock.lock();
        try {
            open = agent;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
    }

    @Nullable
    AgentConnection agentOrNull() {
        lock.lock();
        try {
            return agent;
        } finally {
            lock.unlock();
        }
    }
}
