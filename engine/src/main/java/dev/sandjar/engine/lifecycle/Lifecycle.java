package dev.sandjar.engine.lifecycle;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.engine.lease.Alarms;
import dev.sandjar.engine.lease.LeaseRules;
import dev.sandjar.engine.lease.Verdict;
import dev.sandjar.engine.lifecycle.Transitions.Change;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.RequestRoom;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxRuntime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes, adopts, changes and removes sandboxes: with {@link Pausing} the only writer of {@link LiveSandbox}, and the only one of {@link Registry}.
 * Each method is a change under a sandbox's one lock, and what must not overlap is seen by reading them together.
 */
public final class Lifecycle {
    private static final Duration FIRST_LOOK_AGAIN = Duration.ofMillis(10);
    private static final Duration LAST_LOOK_AGAIN = Duration.ofSeconds(30);

    /** What could not be removed is broken; trying more often would not mend it. */
    public static final Duration NEXT_REMOVAL = Duration.ofSeconds(30);

    private final SandboxRuntime runtime;
    private final Registry registry;
    private final Alarms alarms;
    private final Duration agentLimit;
    private final RequestRoom requestRoom;
    private final Duration destroyLimit;
    private final Consumer<LiveSandbox> whenGone;

    /** @param whenGone told once for each sandbox that was known and is no more */
    public Lifecycle(
            SandboxRuntime runtime,
            Registry registry,
            Alarms alarms,
            Duration agentLimit,
            RequestRoom requestRoom,
            Duration destroyLimit,
            Consumer<LiveSandbox> whenGone) {
        this.runtime = runtime;
        this.registry = registry;
        this.alarms = alarms;
        this.agentLimit = agentLimit;
        this.requestRoom = requestRoom;
        this.destroyLimit = destroyLimit;
        this.whenGone = whenGone;
    }

    /** Returns a sandbox that runs, or leaves nothing. */
    public LiveSandbox create(SandboxRecord record, Deadline deadline) throws InterruptedException {
        return create(record, runtime::create, deadline);
    }

    /** The same, for one to be {@linkplain #claim claimed} by us. */
    public LiveSandbox createAhead(SandboxRecord record, Deadline deadline) throws InterruptedException {
        return create(record, runtime::createAhead, deadline);
    }

    private interface Maker {
        Placement make(SandboxId id, SandboxSpec spec, String record, Deadline deadline) throws InterruptedException;
    }

    private LiveSandbox create(SandboxRecord record, Maker maker, Deadline deadline) throws InterruptedException {
        var sandbox = new LiveSandbox(SandboxId.random(), record, SandboxState.PENDING, alarms, runtime.shared());
        boolean made = false;
        sandbox.changing
                .lock(); // before anybody can see it: whoever deletes it waits until there is something to destroy
        try {
            registry.add(sandbox);
            Placement placement = maker.make(sandbox.id(), record.spec(), RecordJson.write(record), deadline);
            AgentConnection agent = connectionTo(sandbox, placement);
            sandbox.ready(agent, placement.weaknesses());
            agent.connect(deadline);
            sandbox.setLease();
            made = sandbox.change(Change.READY, null);
            if (!made) {
                throw SandboxException.sandboxNotFound(sandbox.id()); // deleted while it was being made
            }
            return sandbox;
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.START_FAILED, "the sandbox's agent did not answer", "run: sandjar doctor", e);
        } finally {
            sandbox.changing.unlock();
            if (!made) {
                abandon(sandbox);
            }
        }
    }

    /**
     * Takes over what the place has and this engine does not know, a dead one as failed.
     *
     * @param whenNew told of it, unless it was known, or another thread was faster
     * @return empty for what is not an engine's
     */
    public Optional<LiveSandbox> adopt(Placement placement, Consumer<LiveSandbox> whenNew) {
        Optional<LiveSandbox> known = registry.find(placement.id());
        if (known.isPresent()) {
            return known;
        }
        Optional<SandboxRecord> record = RecordJson.read(placement.record());
        if (record.isEmpty()) {
            return Optional.empty();
        }
        SandboxState state = switch (placement.status()) {
            case FROZEN -> SandboxState.PAUSED;
            case RUNNING, STOPPED, DEAD -> SandboxState.RUNNING; // until the lines below say why it is not
        };
        var sandbox = new LiveSandbox(placement.id(), record.get(), state, alarms, runtime.shared());
        sandbox.ready(connectionTo(sandbox, placement), placement.weaknesses());
        switch (placement.status()) {
            case DEAD -> {
                sandbox.change(Change.FAIL, placement.reason());
                sandbox.unusedSince(record.get().createdAt()); // perhaps it was used later, but nobody can use it now
            }
            case STOPPED -> sandbox.change(Change.FREEZE, Pausing.STOPPED);
            case RUNNING, FROZEN -> {}
        }
        if (!registry.add(sandbox)) {
            return registry.find(placement.id());
        }
        whenNew.accept(sandbox);
        return Optional.of(sandbox);
    }

    /** Sets until when it may live. Loses against an expiry that has begun: then it is gone. */
    public void renew(LiveSandbox sandbox, Instant expiresAt) throws InterruptedException {
        change(sandbox, record -> lastingUntil(record, expiresAt));
    }

    /** Nobody is promised what the place will not keep. */
    private SandboxRecord lastingUntil(SandboxRecord record, Instant expiresAt) {
        Duration longest = runtime.longestLife();
        if (expiresAt.isAfter(record.createdAt().plus(longest))) {
            throw SandboxException.invalid(
                    "ttl",
                    Duration.between(alarms.instant(), expiresAt).toSeconds(),
                    "what is left of the " + longest.toSeconds() + " seconds that a sandbox may live here, created "
                            + record.createdAt());
        }
        return record.withExpiresAt(expiresAt);
    }

    /**
     * Replaces its record, in the place first; moves it to its new owner.
     *
     * @param by makes the new one of the one that it has then: what was read before somebody else's change would undo that
     */
    public void change(LiveSandbox sandbox, UnaryOperator<SandboxRecord> by) throws InterruptedException {
        change(sandbox, by, runtime::record, LiveSandbox::setLease);
    }

    /** Gives a sandbox that was made ahead to its owner. */
    public void claim(LiveSandbox sandbox, SandboxRecord record) throws InterruptedException {
        change(sandbox, _ -> record, runtime::claim, LiveSandbox::tellLease); // its owner is in a hurry, and we stay
    }

    private void change(
            LiveSandbox sandbox,
            UnaryOperator<SandboxRecord> by,
            BiConsumer<SandboxId, String> keeping,
            Consumer<LiveSandbox> leasing)
            throws InterruptedException {
        sandbox.changing.lockInterruptibly();
        try {
            if (sandbox.state() != SandboxState.PAUSED) {
                sandbox.require(SandboxState.RUNNING);
            }
            SandboxRecord record = by.apply(sandbox.record());
            keeping.accept(sandbox.id(), RecordJson.write(record));
            put(sandbox, record);
            if (sandbox.state() == SandboxState.RUNNING) {
                leasing.accept(sandbox);
            }
        } finally {
            sandbox.changing.unlock();
        }
    }

    private void put(LiveSandbox sandbox, SandboxRecord record) {
        registry.unindex(sandbox);
        sandbox.record(record);
        registry.index(sandbox);
        if (registry.find(sandbox.id()).isEmpty()) {
            registry.unindex(sandbox); // a look has forgotten it meanwhile
        }
    }

    /** Takes in what became of it, also by others' doing: a notice only says "look". */
    public void sync(LiveSandbox sandbox) throws InterruptedException {
        sandbox.changing.lockInterruptibly();
        try {
            if (registry.find(sandbox.id()).isEmpty()) {
                return; // gone while we waited
            }
            Optional<Placement> seen = runtime.find(sandbox.id());
            if (seen.isEmpty()) {
                forget(sandbox, "it was removed");
                return;
            }
            RecordJson.read(seen.get().record())
                    .filter(record -> !record.equals(sandbox.record()))
                    .ifPresent(record -> put(sandbox, record));
            switch (seen.get().status()) {
                case RUNNING -> sandbox.change(Change.THAW, null);
                case FROZEN -> sandbox.change(Change.FREEZE, null);
                case STOPPED -> sandbox.change(Change.FREEZE, Pausing.STOPPED);
                case DEAD -> sandbox.change(Change.FAIL, seen.get().reason());
            }
        } finally {
            sandbox.changing.unlock();
        }
    }

    /**
     * Removes it if its lease has ended. That is looked at once more while nobody can renew it: whoever renewed in time keeps it, and
     * whoever comes later is told that it is gone.
     *
     * @return when to look again; empty when it is removed
     */
    public Optional<Instant> expire(LiveSandbox sandbox) throws InterruptedException {
        sandbox.changing.lockInterruptibly();
        try {
            refresh(sandbox);
            switch (LeaseRules.judge(sandbox.lease(), alarms.instant())) {
                case Verdict.KeepUntil(Instant next) -> {
                    return Optional.of(next);
                }
                case Verdict.Reap(String why) -> {
                    if (!sandbox.change(Change.STOP, why)) {
                        return Optional.empty(); // somebody else removes it already
                    }
                }
            }
        } finally {
            sandbox.changing.unlock();
        }
        remove(sandbox);
        return Optional.empty();
    }

    /** Another process may have renewed it. */
    private void refresh(LiveSandbox sandbox) {
        runtime.find(sandbox.id())
                .flatMap(seen -> RecordJson.read(seen.record()))
                .ifPresent(record -> {
                    if (record.owner().equals(sandbox.record().owner())) {
                        sandbox.record(sandbox.record().withExpiresAt(record.expiresAt()));
                    }
                });
    }

    /** Returns when it is gone; a second caller waits for the first. */
    public void delete(LiveSandbox sandbox, String why) throws InterruptedException {
        if (sandbox.change(Change.STOP, why)) {
            remove(sandbox);
        } else {
            awaitGone(sandbox);
        }
    }

    private void remove(LiveSandbox sandbox) throws InterruptedException {
        sandbox.changing.lock();
        try {
            runtime.destroy(sandbox.id(), Deadline.in("destroy", destroyLimit));
            forget(sandbox, null);
        } catch (RuntimeException e) {
            var why =
                    e instanceof SandboxException known ? known : SandboxException.internal("removing the sandbox", e);
            sandbox.change(Change.FAIL, "it could not be removed");
            sandbox.removalFailed(why);
            throw why;
        } catch (InterruptedException e) {
            sandbox.change(Change.FAIL, "removing it was interrupted");
            sandbox.removalFailed(SandboxException.interrupted("removing the sandbox", e));
            throw e;
        } finally {
            sandbox.changing.unlock();
        }
    }

    /**
     * Looks what became of a sandbox whose link has ended: dead, removed behind our back, or only disconnected. A place may see a death
     * later than the end of the link, so this looks again until it knows.
     */
    public void look(LiveSandbox sandbox) {
        look(sandbox, FIRST_LOOK_AGAIN);
    }

    private void look(LiveSandbox sandbox, Duration pause) {
        if (!known(sandbox)) {
            Duration next =
                    pause.multipliedBy(2).compareTo(LAST_LOOK_AGAIN) < 0 ? pause.multipliedBy(2) : LAST_LOOK_AGAIN;
            alarms.at(alarms.instant().plus(pause), () -> look(sandbox, next));
        }
    }

    /** Whether what became of it is clear now. */
    private boolean known(LiveSandbox sandbox) {
        if (sandbox.state() != SandboxState.RUNNING) {
            return true; // a paused one is connected to again when it is resumed
        }
        try {
            var seen = runtime.find(sandbox.id());
            if (seen.isEmpty()) {
                forget(sandbox, "it was removed");
                return true;
            }
            if (seen.get().status() == Placement.Status.DEAD) {
                sandbox.change(Change.FAIL, seen.get().reason());
                return true;
            }
            AgentConnection agent = sandbox.agentOrNull();
            if (agent != null) {
                agent.connect(Deadline.in("agent", agentLimit));
            }
            return true;
        } catch (SandboxException | IOException unclear) {
            return false;
        }
    }

    /** Lets go of its agent; the sandbox goes on without us. */
    public void disconnect(LiveSandbox sandbox) {
        sandbox.closeAgent();
    }

    /** Once: a removal and a look that finds it removed may come together. */
    private void forget(LiveSandbox sandbox, @Nullable String why) {
        if (!sandbox.change(Change.GONE, why)) {
            return;
        }
        registry.remove(sandbox);
        sandbox.closeAgent();
        sandbox.gone().complete(null);
        whenGone.accept(sandbox);
    }

    private void abandon(LiveSandbox sandbox) {
        boolean interrupted = Thread.interrupted(); // removing must go on all the same
        try {
            delete(sandbox, "it could not be made");
        } catch (SandboxException | InterruptedException e) {
            registry.remove(sandbox);
            sandbox.closeAgent();
            whenGone.accept(sandbox);
            destroyLater(sandbox.id());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Removes what no owner knows of, and tries again until it is gone. */
    public void destroy(SandboxId id) throws InterruptedException {
        try {
            runtime.destroy(id, Deadline.in("destroy", destroyLimit));
        } catch (SandboxException e) {
            destroyLater(id);
        }
    }

    private void destroyLater(SandboxId id) {
        alarms.at(alarms.instant().plus(NEXT_REMOVAL), () -> {
            try {
                destroy(id);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void awaitGone(LiveSandbox sandbox) throws InterruptedException {
        try {
            sandbox.gone().get(destroyLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SandboxException why ? why : SandboxException.internal("delete", e);
        } catch (TimeoutException e) {
            throw Deadline.in("destroy", destroyLimit).exceeded("removing sandbox " + sandbox.id());
        }
    }

    private AgentConnection connectionTo(LiveSandbox sandbox, Placement placement) {
        return new AgentConnection(
                placement,
                runtime,
                agentLimit,
                bytes -> requestRoom.take(sandbox.record().owner(), bytes),
                () -> look(sandbox));
    }
}
