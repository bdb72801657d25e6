package dev.sandjar.kubernetes;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.claim.Presence;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Removes what nobody will ever finish or hand out: what dead processes made ahead, and what they had begun to make or to remove. Called while it is our
 * turn, on a thread that must not wait for removals.
 */
final class Sweep {
    private static final System.Logger LOG = System.getLogger(Sweep.class.getName());
    private static final Duration REMOVAL = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Sight sight;
    private final Removal removal;
    private final Map<String, Long> unfinished = new HashMap<>(); // since when we have seen them; by one thread
    private Set<SandboxId> left = Set.of(); // whose pods had no secret when we looked last; by one thread
    private final Set<SandboxId> removing = ConcurrentHashMap.newKeySet();

    Sweep(Cluster cluster, Sight sight, Removal removal) {
        this.cluster = cluster;
        this.sight = sight;
        this.removal = removal;
    }

    void run(Presence.Living living) {
        List<Secret> secrets = List.copyOf(cluster.secrets.all());
        Set<String> alive = living.now();
        unfinished.keySet().retainAll(secrets.stream().map(Sweep::uid).toList());
        for (Secret secret : secrets) {
            try {
                Marks.sandbox(secret).ifPresent(id -> look(id, secret, alive));
            } catch (RuntimeException e) { // whatever somebody wrote into one, the others are looked at
                LOG.log(WARNING, secret.getMetadata().getName() + " could not be looked at", e);
            }
        }
        Set<SandboxId> nobodys = sight.podsWithoutSecret();
        for (SandboxId id : nobodys) {
            if (left.contains(id)) { // and is not just being removed
                inBackground(id, () -> removal.letLeftPodGo(id, Deadline.in("destroy", REMOVAL)));
            }
        }
        left = nobodys;
    }

    private void look(SandboxId id, Secret secret, Set<String> alive) {
        var holder = SandboxSecret.holder(secret);
        if (holder.isPresent()) {
            if (!alive.contains(holder.get())) {
                inBackground(id, () -> takeAndRemove(id, holder.get()));
            }
        } else if (SandboxSecret.stopped(secret)) {
            if (!SandboxSecret.beingStarted(secret)
                    && cluster.pod(id)
                            .filter(pod -> !PodState.isBeingDeleted(pod))
                            .isPresent()) { // whoever stopped or started it was killed
                inBackground(id, () -> removal.letStoppedPodGo(id, Deadline.in("destroy", REMOVAL)));
            }
        } else if (cluster.pod(id).isEmpty() && SandboxSecret.making(secret)) {
            if (sight.finished(secret)) {
                inBackground(id, () -> noteThatItWasFinished(id));
            } else if (longEnough(secret)) {
                inBackground(id, () -> removal.destroyUnfinished(id, Deadline.in("destroy", REMOVAL)));
            }
        }
    }

    /** By our own clock: the cluster's may be another. */
    private boolean longEnough(Secret secret) {
        long now = System.nanoTime();
        long since = unfinished.computeIfAbsent(uid(secret), _ -> now);
        return now - since > SandboxSecret.makingLimit(secret).toNanos();
    }

    private static String uid(Secret secret) {
        return secret.getMetadata().getUid();
    }

    /** Its holder may wake up and hand it out at this moment: one of the two patches fails. */
    private void takeAndRemove(SandboxId id, String holder) throws InterruptedException {
        if (!holder.equals(SandboxSecret.NOBODY)) {
            cluster.secrets.wrote(cluster.secrets()
                    .withName(Marks.name(id))
                    .patch(PatchContext.of(PatchType.JSON), SandboxSecret.taking(holder)));
        }
        removal.destroy(id, Deadline.in("destroy", REMOVAL));
    }

    private void noteThatItWasFinished(SandboxId id) {
        cluster.secrets.wrote(cluster.secrets()
                .withName(Marks.name(id))
                .patch(PatchContext.of(PatchType.JSON_MERGE), SandboxSecret.finished()));
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void inBackground(SandboxId id, Work work) {
        if (removing.add(id)) {
            Thread.ofVirtual().name("sweep-" + id).start(() -> {
                try {
                    work.run();
                } catch (KubernetesClientException | SandboxException e) {
                    LOG.log(WARNING, "sandbox " + id + " could not be tidied up; the next round tries again", e);
                } catch (InterruptedException nobodyInterruptsIt) {
                    Thread.currentThread().interrupt();
                } finally {
                    removing.remove(id);
                }
            });
        }
    }
}
