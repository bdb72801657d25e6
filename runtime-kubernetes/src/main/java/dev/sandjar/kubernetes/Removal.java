package dev.sandjar.kubernetes;

import dev.sandjar.SandboxId;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Requests;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
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
        String name = Marks.name(id);
        Optional<Pod> pod = cluster.pods.get(name);
        Optional<SandboxKey> key = key(name);
        Api.call(
                "removing the sandbox's secret",
                deadline,
                () -> cluster.secrets().withName(name).delete());
        cluster.secrets.get(name).ifPresent(secret -> cluster.secrets.onDelete(secret, false));
        removePod(id, pod, key, deadline);
    }

    /** Removes its pod with every process; its secret stays. */
    void destroyPod(SandboxId id, Deadline deadline) throws InterruptedException {
        String name = Marks.name(id);
        Optional<Pod> pod = cluster.pods.get(name);
        removePod(id, pod, key(name), deadline);
    }

    /**
     * Lets the pod of a sandbox go that has no secret: whoever removed that was killed then. The API server is asked about the secret, for we may
     * not have heard of it; nobody waits for the pod's end, which a lost node never tells.
     */
    void letLeftPodGo(SandboxId id, Deadline deadline) {
        String name = Marks.name(id);
        Secret secret = Api.call(
                "looking for the secret of a pod",
                deadline,
                () -> cluster.secrets().withName(name).get());
        if (secret == null) {
            delete(name, ORDERLY, deadline);
        }
    }

    /** Removes a sandbox that nobody finished in time, unless its agent does run: nobody noted that, and our watch of pods may lag behind. */
    void destroyUnfinished(SandboxId id, Deadline deadline) throws InterruptedException {
        Pod pod = Api.call(
                "looking for a pod",
                deadline,
                () -> cluster.pods().withName(Marks.name(id)).get());
        if (pod == null || PodState.of(pod).phase() != PodState.Phase.RUNNING) {
            destroy(id, deadline);
        } else {
            cluster.pods.wrote(pod);
        }
    }

    private Optional<SandboxKey> key(String name) {
        return cluster.secrets.get(name).flatMap(SandboxSecret::key);
    }

    private void removePod(SandboxId id, Optional<Pod> pod, Optional<SandboxKey> key, Deadline deadline)
            throws InterruptedException {
        String name = Marks.name(id);
        boolean ended = pod.isPresent() && (!PodState.mayRun(pod.get()) || endAgent(pod.get(), key));
        boolean wasThere = delete(name, ended ? AT_ONCE : ORDERLY, deadline);
        if (wasThere || pod.isPresent()) {
            awaitEnd(id, name, deadline);
        }
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

    private boolean delete(String name, long grace, Deadline deadline) {
        return !Api.call(
                        "removing the sandbox's pod",
                        deadline,
                        () -> cluster.pods()
                                .withName(name)
                                .withGracePeriod(grace)
                                .delete())
                .isEmpty();
    }

    /** The API server forgets a pod up to ten seconds after the last of its processes has ended; nobody needs to wait for that. */
    private void awaitEnd(SandboxId id, String name, Deadline deadline) throws InterruptedException {
        boolean ended = cluster.pods
                .await(
                        name,
                        pod -> pod.map(PodState::of)
                                .map(PodState::phase)
                                .filter(phase -> phase != PodState.Phase.GONE)
                                .isEmpty(),
                        deadline)
                .isPresent();
        if (!ended) {
            throw deadline.exceeded("removing sandbox " + id + ", whose node has not said that it is gone,");
        }
    }
}
