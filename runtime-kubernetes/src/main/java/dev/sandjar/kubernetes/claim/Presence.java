package dev.sandjar.kubernetes.claim;

import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process among those that have one namespace open. It has a Lease of its own, whose name is its epoch: whoever finds it unchanged for
 * too long takes it away, and then what it made ahead is nobody's. One process holds the Lease of the reaper and tidies up.
 */
public final class Presence implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Presence.class.getName());
    private static final String MEMBER = "sandjar.dev/member";
    private static final int RENEWALS = 3; // in the length of a lease

    private final NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases;
    private final Duration length;
    private final Members members;
    private final Tenure reaper;
    private final Consumer<Living> tidying;
    private final ScheduledThreadPoolExecutor timer;
    private volatile @Nullable Tenure membership;

    /** Asks who lives: only after having looked at what is there, so that nobody who came meanwhile is taken for dead. */
    public interface Living {
        /** Names of those that live. */
        Set<String> now();
    }

    /**
     * Nothing is asked before {@link #start}.
     *
     * @param tidying called again and again while it is our turn
     */
    public Presence(KubernetesClient client, String namespace, Duration length, Consumer<Living> tidying) {
        this.leases = client.leases().inNamespace(namespace);
        this.length = length;
        this.members = new Members(leases, length, System::nanoTime);
        this.tidying = tidying;
        this.reaper = new Tenure(
                leases, "sandjar-reaper", "sandjar-" + UUID.randomUUID(), Map.of(), length, System::nanoTime);
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("kubernetes-presence").daemon().factory());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** From now on we are one of them. */
    public void start() {
        renew();
        long pause = length.toNanos() / RENEWALS;
        timer.scheduleWithFixedDelay(this::renew, pause, pause, TimeUnit.NANOSECONDS);
    }

    /** Whether it is our turn to tidy up. */
    public boolean reaps() {
        return reaper.held();
    }

    /** Our name, while nobody can have taken us for dead; empty when somebody may have. */
    public Optional<String> epoch() {
        Tenure mine = membership;
        return mine != null && mine.held() ? Optional.of(mine.name()) : Optional.empty();
    }

    /** Whether that was our name, the last time we had one. */
    public boolean was(String epoch) {
        Tenure mine = membership;
        return mine != null && mine.name().equals(epoch);
    }

    /** For tests: says nothing any more, and does not leave either. */
    public void silence() {
        timer.shutdownNow();
    }

    private void renew() {
        try {
            renewMembership();
            reaper.take();
            if (reaper.held()) {
                tidying.accept(this::living);
            }
        } catch (RuntimeException e) { // the next time may be better, and without a next time all would end
            if (!timer.isShutdown()) {
                LOG.log(WARNING, "the cluster could not be tidied up; trying again", e);
            }
        }
    }

    private void renewMembership() {
        Tenure mine = membership;
        if (mine == null || (!mine.take() && mine.gone())) {
            String name = "sandjar-member-" + UUID.randomUUID().toString().substring(0, 13);
            var next = new Tenure(leases, name, name, Map.of(MEMBER, "true"), length, System::nanoTime);
            if (next.take()) {
                membership = next;
            }
        }
    }

    private Set<String> living() {
        List<Lease> listed = leases.withLabel(MEMBER).list().getItems();
        return members.alive(listed);
    }

    /** Leaves in an orderly way: nobody needs to wait for our leases to run out. */
    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(length.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reaper.leave();
        Tenure mine = membership;
        if (mine != null) {
            mine.remove();
        }
    }
}
