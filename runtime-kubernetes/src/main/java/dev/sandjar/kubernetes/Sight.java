package dev.sandjar.kubernetes;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.claim.Claims;
import dev.sandjar.kubernetes.claim.Presence;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.kubernetes.pod.Verdict;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What a sandbox is, by its secret and its pod, as the watches have them: no call, but two before one is dead, which is for ever. */
final class Sight {
    private static final List<String> WEAKNESSES = List.of(
            "the network is closed by a NetworkPolicy, which the cluster's network plugin may or may not enforce",
            "the number of processes has the limit that the kubelet sets for all pods, not this sandbox's",
            "sandboxes of one node have the same user id there: what the kernel counts by user, such as watches of files, they share;"
                    + " where pods have user namespaces, a pod-template with hostUsers: false ends that");
    private static final int LOOKS = 3; // at two objects of one moment
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final Presence presence;
    private final Claims claims;
    private final Set<String> heard =
            ConcurrentHashMap.newKeySet(); // names of those whose agent we have heard, or heard of
    private final Map<String, String> dead =
            new ConcurrentHashMap<>(); // names of those that were asked about, and their secrets' versions

    Sight(Cluster cluster, Presence presence, Claims claims) {
        this.cluster = cluster;
        this.presence = presence;
        this.claims = claims;
    }

    /** Its agent has answered; the kubelet may tell so later. */
    void heard(SandboxId id) {
        heard.add(Marks.name(id));
    }

    void forget(SandboxId id) {
        heard.remove(Marks.name(id));
        dead.remove(Marks.name(id));
    }

    /** Empty for what is being made, and for what others made ahead. */
    Optional<Placement> find(SandboxId id) {
        String name = Marks.name(id);
        Optional<Secret> secret = cluster.secrets.get(name);
        if (secret.isEmpty()) {
            forget(id);
            return Optional.empty();
        }
        Verdict verdict = judge(id, secret.get());
        if (verdict.kind() == Verdict.Kind.DEAD && !version(secret.get()).equals(dead.get(name))) {
            return lookAnew(id, secret.get())
                    ? cluster.secrets.get(name).flatMap(now -> placement(id, now))
                    : Optional.empty();
        }
        return placement(id, verdict, secret.get());
    }

    /** Whether it was once complete. */
    boolean finished(Secret secret) {
        return !SandboxSecret.making(secret)
                || heard.contains(secret.getMetadata().getName());
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

    /** The two watches are not in step, so both objects are read, the pod while its secret does not change. False: it is gone. */
    private boolean lookAnew(SandboxId id, Secret known) {
        String name = Marks.name(id);
        String podName = Marks.podName(known);
        String version = version(known);
        var deadline = Deadline.in("agent", LOOK);
        try {
            for (int look = 0; look < LOOKS; look++) {
                Pod pod = Api.call(
                        "looking at a sandbox's pod",
                        deadline,
                        () -> cluster.pods().withName(podName).get());
                Secret secret = Api.call(
                        "looking at a sandbox's secret",
                        deadline,
                        () -> cluster.secrets().withName(name).get());
                if (secret == null) {
                    return false;
                }
                if (pod != null) {
                    cluster.pods.wrote(pod);
                } else {
                    cluster.pods.get(podName).ifPresent(cluster.pods::removed);
                }
                cluster.secrets.wrote(secret);
                if (version(secret).equals(version)) {
                    if (judge(id, secret).kind() == Verdict.Kind.DEAD) {
                        dead.put(name, version);
                    }
                    return true;
                }
                version = version(secret);
            }
        } catch (SandboxException | KubernetesClientException unknown) {
            // then what the watches have is all that is known
        }
        return true;
    }

    private Verdict judge(SandboxId id, Secret secret) {
        String name = Marks.name(id);
        Optional<Pod> pod = cluster.pod(id);
        if (pod.isPresent() && PodState.of(pod.get()).phase() == PodState.Phase.RUNNING) {
            heard.add(name);
        }
        return Verdict.of(secret, pod, heard.contains(name));
    }

    private Optional<Placement> placement(SandboxId id, Secret secret) {
        return placement(id, judge(id, secret), secret);
    }

    /** Empty also when somebody took the key away. */
    private Optional<Placement> placement(SandboxId id, Verdict verdict, Secret secret) {
        boolean othersOwn = SandboxSecret.holder(secret)
                .filter(holder -> !presence.was(holder))
                .isPresent();
        if (othersOwn || verdict.kind() == Verdict.Kind.UNFINISHED) {
            return Optional.empty();
        }
        Instant createdAt =
                created(cluster.pod(id).map(pod -> (HasMetadata) pod).orElse(secret));
        String record = claims.record(id).orElseGet(() -> SandboxSecret.record(secret));
        return SandboxSecret.key(secret)
                .map(key -> new Placement(
                        id, status(verdict.kind()), verdict.reason(), record, key, createdAt, WEAKNESSES));
    }

    private static Placement.Status status(Verdict.Kind kind) {
        return switch (kind) {
            case FROZEN -> Placement.Status.FROZEN;
            case STOPPED -> Placement.Status.STOPPED;
            case DEAD -> Placement.Status.DEAD;
            case RUNNING, UNFINISHED -> Placement.Status.RUNNING;
        };
    }

    private static String version(Secret secret) {
        return secret.getMetadata().getResourceVersion();
    }

    private static Instant created(HasMetadata object) {
        return Instant.parse(object.getMetadata().getCreationTimestamp());
    }
}
