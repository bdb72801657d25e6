package dev.sandjar.engine;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.CommandSpec;
import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.engine.lease.Alarms;
import dev.sandjar.engine.lease.LeaseRules;
import dev.sandjar.engine.lease.Reaper;
import dev.sandjar.engine.lease.SystemAlarms;
import dev.sandjar.engine.lease.Verdict;
import dev.sandjar.engine.lifecycle.Lifecycle;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.lifecycle.Pausing;
import dev.sandjar.engine.lifecycle.Registry;
import dev.sandjar.engine.lifecycle.SandboxRecord;
import dev.sandjar.engine.pool.Pool;
import dev.sandjar.engine.quota.Quotas;
import dev.sandjar.engine.stream.AgentCommand;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sandboxes in one place, for many owners. Opening it finds what is there; closing it leaves the sandboxes running. */
public final class Engine implements AutoCloseable {
    /** The shell and its libraries. */
    private static final CommandSpec REHEARSAL = CommandSpec.builder(List.of("bash", "-c", "true"))
            .orSh(true)
            .limit(Duration.ofSeconds(5))
            .build();

    /** How long a sandbox that nobody has claimed outlives an engine that is no more. */
    private static final Duration WARM_LEASE = Duration.ofMinutes(10);

    private static final Duration OTHERS_TURN = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger(Engine.class.getName());

    private final SandboxRuntime runtime;
    private final EngineConfig config;
    private final Alarms alarms;
    private final Registry registry = new Registry();
    private final Quotas quotas;
    private final Templates templates;
    private final Lifecycle lifecycle;
    private final Pausing pausing;
    private final Reaper<SandboxId> reaper;
    private final IdempotentCreates creates = new IdempotentCreates();
    private final Map<String, Pool> pools = new LinkedHashMap<>();

    private Engine(SandboxRuntime runtime, EngineConfig config, Alarms alarms) {
        this.runtime = runtime;
        this.config = config;
        this.alarms = alarms;
        quotas = new Quotas(config.maxPerOwner(), config.maxTotal());
        templates = new Templates(config.templates(), config.defaultImage());
        lifecycle = new Lifecycle(
                runtime,
                registry,
                alarms,
                config.agentLimit(),
                config.requestRoom(),
                config.destroyLimit(),
                this::gone);
        pausing = new Pausing(runtime, config.createLimit(), config.agentLimit(), config.destroyLimit());
        reaper = new Reaper<>(alarms);
    }

    public static Engine open(SandboxRuntime runtime, EngineConfig config) {
        return open(runtime, config, new SystemAlarms());
    }

    /** For tests that move the clock themselves. */
    public static Engine open(SandboxRuntime runtime, EngineConfig config, Alarms alarms) {
        var engine = new Engine(runtime, config, alarms);
        if (config.resident()) {
            runtime.attend(engine::changed);
            engine.reconcile();
            engine.openPools();
        }
        return engine;
    }

    /** The place as one owner sees it: nobody else's sandboxes exist there. */
    public Sandboxes sandboxes(String owner) {
        return new OwnedSandboxes(this, owner);
    }

    /** A sandbox, whosever it is. */
    public Optional<Sandbox> sandbox(SandboxId id) {
        return find(id).map(sandbox -> new EngineSandbox(this, sandbox, false));
    }

    /** Whose a token is that the place itself has issued; empty for any other. */
    public Optional<String> owner(String token) {
        return runtime.owner(token);
    }

    /**
     * Refuses what concerns all owners to those who are not operators.
     *
     * @param what is wanted, as the subject of a sentence
     */
    public void requireOperator(String owner, String what) {
        if (!config.operator(owner)) {
            throw SharedImages.forOperators(what);
        }
    }

    /** How many sandboxes there are in each state, for all owners together. */
    public Map<SandboxState, Integer> counts() {
        return registry.counts();
    }

    /** How many sandboxes of each template are ready to be claimed. */
    public Map<String, Integer> warm() {
        var warm = new LinkedHashMap<String, Integer>();
        pools.forEach((template, pool) -> warm.put(template, pool.ready()));
        return warm;
    }

    @Override
    public void close() {
        pools.values().forEach(Pool::close);
        alarms.close();
        registry.all().forEach(lifecycle::disconnect);
        runtime.close();
    }

    // ---- called by OwnedSandboxes and EngineSandbox

    LiveSandbox create(String owner, SandboxSpec wanted, Optional<String> key) throws InterruptedException {
        SandboxSpec spec = templates.fill(wanted);
        if (key.isEmpty()) {
            return create(owner, spec, key, Deadline.in("create", config.createLimit()));
        }
        return creates.once(
                owner,
                key.get(),
                spec,
                () -> existing(owner, key.get()),
                () -> create(owner, spec, key, Deadline.in("create", config.createLimit())));
    }

    private Optional<LiveSandbox> existing(String owner, String key) {
        lookAtPlace();
        return registry.all().stream()
                .filter(sandbox -> sandbox.record().owner().equals(owner))
                .filter(sandbox -> sandbox.record().idempotencyKey().equals(Optional.of(key)))
                .filter(sandbox -> sandbox.state() == SandboxState.RUNNING || sandbox.state() == SandboxState.PAUSED)
                .findFirst();
    }

    private LiveSandbox create(String owner, SandboxSpec spec, Optional<String> key, Deadline deadline)
            throws InterruptedException {
        Instant now = alarms.instant();
        var record = new SandboxRecord(owner, spec, now, now.plus(spec.ttl().orElseThrow()), key);
        Optional<LiveSandbox> warm = claim(spec, record);
        if (warm.isPresent()) {
            return warm.get();
        }
        quotas.reserve(owner);
        LiveSandbox sandbox = lifecycle.create(record, deadline); // gives the quota back itself when it fails
        watch(sandbox);
        return sandbox;
    }

    /** A warm sandbox in its new owner's name; one that turns out to be dead is passed over. */
    private Optional<LiveSandbox> claim(SandboxSpec spec, SandboxRecord record) throws InterruptedException {
        Optional<Pool> pool = templates.warmFor(spec).map(template -> pools.get(template.name()));
        if (pool.isEmpty() || !runtime.claims()) {
            return Optional.empty();
        }
        for (var claimed = pool.get().claim();
                claimed.isPresent();
                claimed = pool.get().claim()) {
            if (claimed(claimed.get(), record, pool.get())) {
                watch(claimed.get());
                return claimed;
            }
        }
        return Optional.empty();
    }

    private boolean claimed(LiveSandbox sandbox, SandboxRecord record, Pool pool) throws InterruptedException {
        try {
            quotas.claim(record.owner());
        } catch (SandboxException full) {
            pool.giveBack(sandbox);
            throw full;
        }
        try {
            lifecycle.claim(sandbox, record);
            return true;
        } catch (SandboxException dead) {
            quotas.giveUp(record.owner());
            discard(sandbox);
            return false;
        } catch (InterruptedException e) { // before anything was changed: it is as good as it was
            quotas.giveUp(record.owner());
            pool.giveBack(sandbox);
            throw e;
        }
    }

    void renew(LiveSandbox sandbox, Duration ttl) throws InterruptedException {
        lifecycle.renew(sandbox, now().plus(ttl));
        watch(sandbox); // it may end earlier than before
    }

    Optional<LiveSandbox> find(String owner, SandboxId id) {
        return find(id).filter(sandbox -> sandbox.record().owner().equals(owner));
    }

    private Optional<LiveSandbox> find(SandboxId id) {
        Optional<LiveSandbox> known = registry.find(id);
        return known.isPresent() ? known : runtime.find(id).flatMap(this::adopt);
    }

    Registry registry() {
        return registry;
    }

    Lifecycle lifecycle() {
        return lifecycle;
    }

    Pausing pausing() {
        return pausing;
    }

    EngineConfig config() {
        return config;
    }

    Instant now() {
        return alarms.instant();
    }

    Images images() {
        return runtime.images();
    }

    List<Finding> doctor() {
        return runtime.doctor();
    }

    /** Looks at the place itself: for engines that do not stay and so have seen little of it. */
    void lookAtPlace() {
        if (!config.resident()) {
            reconcile();
        }
    }

    // ----

    /** Adopts what has a lease and removes what has none. */
    private void reconcile() {
        try {
            for (Placement placement : runtime.inventory(Deadline.in("create", config.createLimit()))) {
                try {
                    settle(placement);
                } catch (RuntimeException e) { // whatever is wrong with one, the others are served
                    LOG.log(WARNING, "sandbox " + placement.id() + " could not be adopted; it is left alone", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void settle(Placement placement) throws InterruptedException {
        Optional<LiveSandbox> adopted = adopt(placement);
        if (adopted.isPresent()) {
            expireIfDue(adopted.get());
        } else if (placement.status() != Placement.Status.DEAD
                && SandboxRecord.isAnEngines(placement.record())) { // its agent ends it in time
            LOG.log(
                    WARNING,
                    "the notes of sandbox {0} are of another version of sandjar; it is left alone",
                    placement.id());
        } else {
            lifecycle.destroy(placement.id());
        }
    }

    private Optional<LiveSandbox> adopt(Placement placement) {
        return lifecycle.adopt(placement, sandbox -> {
            quotas.adopt(sandbox.record().owner());
            watch(sandbox);
        });
    }

    private void expireIfDue(LiveSandbox sandbox) {
        if (!config.resident() && LeaseRules.judge(sandbox.lease(), alarms.instant()) instanceof Verdict.Reap) {
            discard(sandbox);
        }
    }

    private void watch(LiveSandbox sandbox) {
        if (config.resident()) {
            reaper.watch(sandbox.id(), sandbox::lease, () -> expire(sandbox));
        }
    }

    /** On a thread of its own: whoever tells must not wait. */
    private void changed(SandboxId id) {
        Thread.ofVirtual().name("changed-" + id).start(() -> look(id));
    }

    private void look(SandboxId id) {
        try {
            Optional<LiveSandbox> known = registry.find(id);
            if (known.isEmpty()) {
                runtime.find(id).ifPresent(this::adopt);
                return;
            }
            lifecycle.sync(known.get());
            if (registry.find(id).isPresent()) {
                watch(known.get()); // its lease may be another
            }
        } catch (SandboxException unclear) {
            // the next change tells again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Instant> expire(LiveSandbox sandbox) {
        if (!runtime.reaps()) {
            return Optional.of(alarms.instant()
                    .plus(OTHERS_TURN)); // it will be gone by then, unless the one whose turn it is has died
        }
        try {
            return lifecycle.expire(sandbox);
        } catch (SandboxException e) {
            return Optional.of(alarms.instant().plus(Lifecycle.NEXT_REMOVAL)); // it could not be removed; try again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void openPools() {
        for (Template template : config.templates()) {
            if (template.warm() > 0) {
                SandboxSpec spec = templates.fill(Templates.ofTemplate(template));
                var pool = new Pool(template.warm(), () -> makeWarm(spec), this::discard, alarms);
                pools.put(template.name(), pool);
                pool.refill();
            }
        }
    }

    private LiveSandbox makeWarm(SandboxSpec spec) throws InterruptedException {
        quotas.reserve(SandboxRecord.NOBODY);
        Instant now = alarms.instant();
        var record = new SandboxRecord(SandboxRecord.NOBODY, spec, now, now.plus(WARM_LEASE), Optional.empty());
        LiveSandbox sandbox = lifecycle.createAhead(record, Deadline.in("create", config.createLimit()));
        try {
            rehearse(sandbox);
        } catch (InterruptedException e) {
            discard(sandbox);
            throw e;
        }
        keepWarm(sandbox);
        return sandbox;
    }

    /** So that the first command of its owner does not wait for the kernel to find a shell and its libraries in files that are new to it. */
    private static void rehearse(LiveSandbox sandbox) throws InterruptedException {
        try {
            AgentCommand.run(sandbox, REHEARSAL, _ -> {});
        } catch (SandboxException dead) {
            // whoever claims it looks whether it lives
        }
    }

    /** Prolongs the short lease of what nobody has claimed; an engine that is no more does not, and then it ends by itself. */
    private void keepWarm(LiveSandbox sandbox) {
        alarms.at(alarms.instant().plus(WARM_LEASE.dividedBy(2)), () -> {
            if (sandbox.record().owner().equals(SandboxRecord.NOBODY)) {
                try {
                    lifecycle.change(sandbox, this::stillWarm);
                    keepWarm(sandbox);
                } catch (SandboxException | InterruptedException dead) {
                    pools.values().forEach(pool -> pool.remove(sandbox));
                    discard(sandbox);
                }
            }
        });
    }

    /** Somebody may have claimed it just now: then its lease is that owner's. */
    private SandboxRecord stillWarm(SandboxRecord record) {
        return record.owner().equals(SandboxRecord.NOBODY)
                ? record.withExpiresAt(alarms.instant().plus(WARM_LEASE))
                : record;
    }

    private void discard(LiveSandbox sandbox) {
        try {
            lifecycle.delete(sandbox, "nobody needs it");
        } catch (SandboxException e) {
            alarms.at(alarms.instant().plus(Lifecycle.NEXT_REMOVAL), () -> discard(sandbox));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // its lease is short, and the next engine's inventory looks again
        }
    }

    private void gone(LiveSandbox sandbox) {
        reaper.forget(sandbox.id());
        quotas.release(sandbox.record().owner());
        pools.values().forEach(pool -> pool.remove(sandbox));
    }
}
