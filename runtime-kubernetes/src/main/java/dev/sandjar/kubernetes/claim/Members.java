package dev.sandjar.kubernetes.claim;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** The processes that are there, as one of them sees it: whose Lease has not changed for its length is dead, and its Lease is taken away. */
final class Members {
    private final NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases;
    private final Duration length;
    private final LongSupplier nanos;
    private final Map<String, Since> seen = new HashMap<>(); // by the one thread that looks

    private record Since(String version, long nanos) {}

    Members(NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases, Duration length, LongSupplier nanos) {
        this.leases = leases;
        this.length = length;
        this.nanos = nanos;
    }

    /**
     * Who lives.
     *
     * @param listed every member's Lease as it is now
     */
    Set<String> alive(List<Lease> listed) {
        var alive = new HashSet<String>();
        long now = nanos.getAsLong();
        for (Lease lease : listed) {
            String name = lease.getMetadata().getName();
            String version = Tenure.version(lease);
            Since since = seen.get(name);
            if (since == null || !since.version().equals(version)) {
                seen.put(name, new Since(version, now));
                alive.add(name);
            } else if (now - since.nanos() <= length.toNanos() || !fenced(lease)) {
                alive.add(name);
            }
        }
        seen.keySet().retainAll(alive);
        return alive;
    }

    /** From then on the dead one, should it wake up, cannot renew. */
    private boolean fenced(Lease lease) {
        try {
            leases.withName(lease.getMetadata().getName())
                    .lockResourceVersion(Tenure.version(lease))
                    .delete();
            return true;
        } catch (KubernetesClientException renewedJustNow) {
            return false;
        }
    }
}
