package dev.sandjar.kubernetes;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All sandboxes, for whoever begins with them: as the watches have told, which began by listing all. What killed processes have left is removed on
 * the way, but not before the API server was asked: a watch that lags must not cost a sandbox its life.
 */
final class Inventory {
    private static final System.Logger LOG = System.getLogger(Inventory.class.getName());
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(10); // between us and the cluster

    private static final String DOING = "looking for sandboxes";

    private final Cluster cluster;
    private final Sight sight;
    private final Removal removal;

    Inventory(Cluster cluster, Sight sight, Removal removal) {
        this.cluster = cluster;
        this.sight = sight;
        this.removal = removal;
    }

    List<Placement> take(Deadline deadline) throws InterruptedException {
        var found = new ArrayList<Placement>();
        for (Secret secret : cluster.secrets.all()) {
            deadline.check(DOING);
            Optional<SandboxId> id = Marks.sandbox(secret);
            if (id.isEmpty()) {
                continue; // it only wears our label
            }
            Optional<Placement> placement = sight.find(id.get());
            if (placement.isPresent()) {
                found.add(placement.get());
            } else if (SandboxSecret.holder(secret).isEmpty()
                    && SandboxSecret.makingUntil(secret).plus(CLOCK_SKEW).isBefore(Instant.now())) {
                tidyUp(id.get(), () -> removal.destroyUnfinished(id.get(), deadline));
            }
        }
        for (SandboxId left : sight.podsWithoutSecret()) {
            deadline.check(DOING);
            tidyUp(left, () -> removal.letLeftPodGo(left, deadline));
        }
        return found;
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private static void tidyUp(SandboxId id, Work work) throws InterruptedException {
        try {
            work.run();
        } catch (KubernetesClientException | SandboxException e) {
            LOG.log(WARNING, "what is left of sandbox " + id + " could not be removed; the next look tries again", e);
        }
    }
}
