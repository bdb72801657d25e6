package dev.sandjar.kubernetes;

import dev.sandjar.SandboxId;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Requests;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.kubernetes.pod.Verdict;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How a sandbox goes: its secret, and nobody has it any more; then its agent is told to end, which ends every process; then its pod. Two calls.
 * Whoever is killed after the first leaves a pod that is nobody's, whose agent mostly has ended: the next sweep or inventory removes it. Where the
 * agent does not answer, the kubelet ends it, and says so two or three seconds later.
 */
final class Removal {
    private static final long AT_ONCE = 0;
    private static final long ORDERLY = 1; // second
    private static final Duration AGENT =
            Duration.ofSeconds(2); // a port-forward tells a second late that its other end has gone

    private final Cluster cluster;
    private final Dialler dialler;

    Removal(Cluster cluster, Dialler dialler) {
        this.cluster = cluster;
        this.dialler = dialler;
    }

    void destroy(SandboxId id, Deadline deadline) throws InterruptedException {
        Optional<Secret> secret = cluster.secrets.get(Marks.name(id));
        Optional<Pod> pod = pod(id, deadline);
        Api.call(
                "removing the sandbox's secret",
                deadline,
                () -> cluster.secrets().withName(Marks.name(id)).delete());
        secret.ifPresent(cluster.secrets::removed);
        removePod(pod, secret, deadline);
    }

    /** Removes its pod with every process; its secret stays. */
    void destroyPod(SandboxId id, Deadline deadline) throws InterruptedException {
        removePod(pod(id, deadline), cluster.secrets.get(Marks.name(id)), deadline);
    }

    // ---- what killed processes have left, as the watches make it look: they lag, so nothing is removed but what the
    // API server says is so

    /** Lets the pod of a sandbox go that has no secret; nobody waits for its end, which a lost node never tells. */
    void letLeftPodGo(SandboxId id, Deadline deadline) {
        Optional<Pod> pod = freshPod(id, deadline);
        if (pod.isPresent() && freshSecret(id, deadline).isEmpty()) {
            delete(pod.get(), ORDERLY, deadline);
        }
    }

    /** Lets the pod of a sandbox go that is stopped, and that nobody is starting. */
    void letStoppedPodGo(SandboxId id, Deadline deadline) {
        Optional<Pod> pod = freshPod(id, deadline);
        boolean stopped = freshSecret(id, deadline)
                .filter(secret -> SandboxSecret.stopped(secret) && !SandboxSecret.beingStarted(secret))
                .isPresent();
        if (pod.isPresent() && stopped) { // and it was before the pod was read, or a start has just failed
            delete(pod.get(), ORDERLY, deadline);
        }
    }

    /** Removes a sandbox that nobody finished in time. */
    void destroyUnfinished(SandboxId id, Deadline deadline) throws InterruptedException {
        Optional<Pod> pod = freshPod(id, deadline);
        Optional<Secret> secret = freshSecret(id, deadline)
                .filter(one -> SandboxSecret.holder(one).isEmpty())
                .filter(one -> Verdict.of(one, pod, false).kind() == Verdict.Kind.UNFINISHED);
        if (secret.isPresent()) {
            Api.call("removing the secret of a sandbox that nobody finished", deadline, () -> {
                cluster.secrets()
                        .withName(Marks.name(id))
                        .lockResourceVersion(secret.get().getMetadata().getResourceVersion())
                        .delete();
                return id;
            });
            cluster.secrets.removed(secret.get());
            removePod(pod, secret, deadline);
        }
    }

    private Optional<Pod> freshPod(SandboxId id, Deadline deadline) {
        Optional<Pod> pod = Optional.ofNullable(Api.call(
                "looking for a sandbox's pod",
                deadline,
                () -> cluster.pods().withName(cluster.podName(id)).get()));
        Optional<Pod> its = pod.filter(one -> SandboxPod.isOf(id, one));
        its.ifPresent(cluster.pods::wrote);
        return its;
    }

    private Optional<Secret> freshSecret(SandboxId id, Deadline deadline) {
        Optional<Secret> secret = Optional.ofNullable(Api.call(
                "looking for a sandbox's secret",
                deadline,
                () -> cluster.secrets().withName(Marks.name(id)).get()));
        secret.ifPresent(cluster.secrets::wrote);
        return secret;
    }

    /** Not another one of its name. */
    private void delete(Pod pod, long grace, Deadline deadline) {
        DeleteOptions options = new DeleteOptionsBuilder()
                .withApiVersion("v1")
                .withKind("DeleteOptions")
                .withGracePeriodSeconds(grace)
                .withNewPreconditions()
                .withUid(pod.getMetadata().getUid())
                .endPreconditions()
                .build();
        String path = "/api/v1/namespaces/" + cluster.namespace + "/pods/"
                + pod.getMetadata().getName();
        try {
            Api.call("removing the sandbox's pod", deadline, () -> cluster.client.raw(path, "DELETE", options));
        } catch (KubernetesClientException gone) { // not found, or in conflict: another has its name by now
            cluster.pods.removed(pod);
        }
    }

    // ----

    /** As the watch has it; where it has none, as the API server has. */
    private Optional<Pod> pod(SandboxId id, Deadline deadline) {
        Optional<Pod> known = cluster.pod(id);
        return known.isPresent() ? known : freshPod(id, deadline);
    }

    private void removePod(Optional<Pod> pod, Optional<Secret> secret, Deadline deadline) throws InterruptedException {
        if (pod.isEmpty()) {
            return;
        }
        boolean ended = !PodState.mayRun(pod.get()) || endAgent(pod.get(), secret.flatMap(SandboxSecret::key));
        delete(pod.get(), ended ? AT_ONCE : ORDERLY, deadline);
        awaitEnd(pod.get(), deadline);
    }

    /** Whether the agent has ended, and the kernel takes the rest, a moment after its end of the link. */
    private boolean endAgent(Pod pod, Optional<SandboxKey> key) throws InterruptedException {
        if (key.isEmpty()) {
            return false;
        }
        var cut = new CountDownLatch(1);
        try (Link link = Link.open(
                dialler.dial(pod, key.get(), Deadline.in("dial", AGENT)),
                key.get().bytes(),
                "ending",
                AGENT,
                _ -> cut.countDown())) {
            link.tell(Requests.lease(Duration.ofMillis(1), Duration.ZERO));
            return cut.await(AGENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("ending the agent").initCause(e);
            }
            return false;
        }
    }

    /** The API server forgets a pod up to ten seconds after the last of its processes has ended; nobody needs to wait for that. */
    private void awaitEnd(Pod removed, Deadline deadline) throws InterruptedException {
        String uid = removed.getMetadata().getUid();
        String name = removed.getMetadata().getName();
        boolean ended = cluster.pods
                .await(
                        name,
                        pod -> pod.filter(one -> one.getMetadata().getUid().equals(uid))
                                .map(PodState::of)
                                .map(PodState::phase)
                                .filter(phase -> phase != PodState.Phase.GONE)
                                .isEmpty(),
                        deadline)
                .isPresent();
        if (!ended) {
            throw deadline.exceeded("removing pod " + name + ", whose node has not said that it is gone,");
        }
    }
}
