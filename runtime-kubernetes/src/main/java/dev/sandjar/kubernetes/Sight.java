package dev.sandjar.kubernetes;

import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.claim.Claims;
import dev.sandjar.kubernetes.claim.Presence;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.runtime.Placement;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What a sandbox is, by its secret and its pod, as the watches have them: no call, but for one whose pod goes. */
final class Sight {
    private static final List<String> WEAKNESSES = List.of(
            "the network is closed by a NetworkPolicy, which the cluster's network plugin may or may not enforce",
            "the number of processes has the limit that the kubelet sets for all pods, not this sandbox's");

    private final Cluster cluster;
    private final Presence presence;
    private final Claims claims;
    private final Set<String> ran =
            ConcurrentHashMap.newKeySet(); // names of pods whose agent we have heard, or heard of

    Sight(Cluster cluster, Presence presence, Claims claims) {
        this.cluster = cluster;
        this.presence = presence;
        this.claims = claims;
    }

    /** Its agent has answered; the kubelet may tell so later. */
    void heard(Pod pod) {
        ran.add(pod.getMetadata().getName());
    }

    void forget(SandboxId id) {
        ran.remove(Marks.name(id));
    }

    /** Others remove sandboxes too. */
    void forgetWhatIsGone() {
        ran.removeIf(name -> cluster.secrets.get(name).isEmpty());
    }

    /** Pods that a killed removal has left, or that a watch of secrets that lags behind does not explain yet. */
    Set<SandboxId> podsWithoutSecret() {
        return cluster.pods.all().stream()
                .filter(SandboxPod::isOurs)
                .filter(pod -> !PodState.isBeingDeleted(pod)) // all that can be done is done
                .map(pod -> Marks.sandbox(pod).orElseThrow())
                .filter(id -> cluster.secrets.get(Marks.name(id)).isEmpty())
                .collect(Collectors.toSet());
    }

    Optional<Placement> find(SandboxId id) {
        String name = Marks.name(id);
        Optional<Placement> seen =
                cluster.secrets.get(name).flatMap(secret -> look(id, cluster.pods.get(name), secret));
        boolean podGoes = cluster.pods
                .get(name)
                .filter(pod -> !PodState.isBeingDeleted(pod))
                .isEmpty();
        return podGoes
                        && seen.filter(one -> one.status() == Placement.Status.DEAD)
                                .isPresent()
                ? ask(id, seen)
                : seen;
    }

    /** The two watches are not in step: the pod of one that is stopped or started may go or come before its secret says so. Dead is for ever, so it is asked. */
    private Optional<Placement> ask(SandboxId id, Optional<Placement> seen) {
        try {
            Secret secret = cluster.secrets().withName(Marks.name(id)).get();
            Pod pod = cluster.pods().withName(Marks.name(id)).get();
            return secret == null ? Optional.empty() : look(id, Optional.ofNullable(pod), secret);
        } catch (KubernetesClientException unknown) {
            return seen;
        }
    }

    /** Empty for what is being made, and for what others made ahead. */
    Optional<Placement> look(SandboxId id, Optional<Pod> pod, Secret secret) {
        if (!visible(secret)) {
            return Optional.empty();
        }
        if (SandboxSecret.stopped(secret)) { // its pod goes, or comes
            return placement(id, Placement.Status.STOPPED, "", created(secret), secret);
        }
        if (pod.isEmpty()) {
            return finished(secret)
                    ? placement(
                            id, Placement.Status.DEAD, "its pod was deleted by somebody else", created(secret), secret)
                    : Optional.empty();
        }
        PodState state = PodState.of(pod.get());
        return switch (state.phase()) {
            case MAKING -> finished(secret) ? running(id, pod.get(), secret) : Optional.empty();
            case RUNNING -> {
                heard(pod.get());
                yield running(id, pod.get(), secret);
            }
            case DEAD, GONE -> placement(id, Placement.Status.DEAD, state.reason(), created(pod.get()), secret);
        };
    }

    /** Whether it was once complete. */
    boolean finished(Secret secret) {
        return !SandboxSecret.making(secret)
                || ran.contains(secret.getMetadata().getName());
    }

    private boolean visible(Secret secret) {
        return SandboxSecret.holder(secret).map(presence::was).orElse(true);
    }

    private Optional<Placement> running(SandboxId id, Pod pod, Secret secret) {
        var status = SandboxSecret.frozen(secret) ? Placement.Status.FROZEN : Placement.Status.RUNNING;
        return placement(id, status, "", created(pod), secret);
    }

    /** Empty when somebody took the key away. */
    private Optional<Placement> placement(
            SandboxId id, Placement.Status status, String reason, Instant createdAt, Secret secret) {
        String record = claims.record(id).orElseGet(() -> SandboxSecret.record(secret));
        return SandboxSecret.key(secret)
                .map(key -> new Placement(id, status, reason, record, key, createdAt, WEAKNESSES));
    }

    private static Instant created(HasMetadata object) {
        return Instant.parse(object.getMetadata().getCreationTimestamp());
    }
}
