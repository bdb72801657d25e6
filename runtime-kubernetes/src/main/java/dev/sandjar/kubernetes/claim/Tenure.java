package dev.sandjar.kubernetes.claim;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One Lease object, held by one process at a time. The holder believes in it for less time than anybody else waits before taking it, counted
 * from before it asked, so that two never believe at once.
 */
final class Tenure {
    private static final double SHARE_BELIEVED = 0.8;

    private final NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases;
    private final String name;
    private final String holder;
    private final Map<String, String> labels;
    private final Duration length;
    private final LongSupplier nanos;

    // all guarded by this
    private @Nullable Lease seen;
    private long seenSince;
    private long believedUntil;
    private boolean had;

    Tenure(
            NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases,
            String name,
            String holder,
            Map<String, String> labels,
            Duration length,
            LongSupplier nanos) {
        this.leases = leases;
        this.name = name;
        this.holder = holder;
        this.labels = labels;
        this.length = length;
        this.nanos = nanos;
        this.believedUntil = nanos.getAsLong();
    }

    String name() {
        return name;
    }

    /** Whether it is ours at this moment. */
    synchronized boolean held() {
        return had && nanos.getAsLong() - believedUntil < 0;
    }

    /** Takes it, or renews it, in one try. */
    synchronized boolean take() {
        long asked = nanos.getAsLong();
        try {
            if (!had) {
                see(leases.withName(name).get());
            }
            if (seen != null && !ours(seen) && !abandoned(seen)) {
                return false;
            }
            see(
                    seen == null
                            ? leases.resource(renewed(null)).create()
                            : leases.resource(renewed(seen)).update());
            had = true;
            believedUntil = asked + (long) (length.toNanos() * SHARE_BELIEVED);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                had = false; // somebody took it away
            } else if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                lookAgain();
            }
            return false;
        }
    }

    /** Somebody else was faster; or we were, and the client repeated what was answered by a cut. */
    private void lookAgain() {
        see(leases.withName(name).get());
        had = had && seen != null && ours(seen);
    }

    /** Whether it was lost, not only not renewed. */
    synchronized boolean gone() {
        return !had;
    }

    /** Lets go of it, so that nobody needs to wait. */
    synchronized void leave() {
        if (had && seen != null) {
            had = false;
            try {
                leases.resource(new LeaseBuilder(seen)
                                .editSpec()
                                .withHolderIdentity("")
                                .endSpec()
                                .build())
                        .update();
            } catch (KubernetesClientException unreachable) {
                // then the others wait until it has not changed for its length
            }
        }
    }

    /** Takes the object itself away. */
    synchronized void remove() {
        had = false;
        try {
            leases.withName(name).delete();
        } catch (KubernetesClientException unreachable) {
            // then whoever tidies up does it
        }
    }

    private void see(@Nullable Lease now) {
        if (now == null
                || !version(now)
                        .equals(Optional.ofNullable(seen).map(Tenure::version).orElse(""))) {
            seenSince = nanos.getAsLong();
        }
        seen = now;
    }

    static String version(Lease lease) {
        return Objects.requireNonNullElse(lease.getMetadata().getResourceVersion(), "");
    }

    private boolean ours(Lease lease) {
        return holder.equals(lease.getSpec().getHolderIdentity());
    }

    private boolean abandoned(Lease lease) {
        String whose = lease.getSpec().getHolderIdentity();
        return whose == null || whose.isEmpty() || nanos.getAsLong() - seenSince > length.toNanos();
    }

    /** Its version goes along: whoever else changed it meanwhile wins. */
    private Lease renewed(@Nullable Lease before) {
        var now = ZonedDateTime.now(ZoneOffset.UTC); // for people to read; nobody here compares it
        int had =
                before == null ? 0 : Objects.requireNonNullElse(before.getSpec().getLeaseTransitions(), 0);
        int transitions = before == null || ours(before) || had == Integer.MAX_VALUE ? had : had + 1;
        return new LeaseBuilder(before == null ? new Lease() : before)
                .editOrNewMetadata()
                .withName(name)
                .addToLabels(labels)
                .endMetadata()
                .editOrNewSpec()
                .withHolderIdentity(holder)
                .withLeaseDurationSeconds(Math.toIntExact(Math.max(1, length.toSeconds())))
                .withLeaseTransitions(transitions)
                .withRenewTime(now)
                .endSpec()
                .build();
    }
}
