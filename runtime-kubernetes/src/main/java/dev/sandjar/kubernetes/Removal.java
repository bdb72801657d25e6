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
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How a sandbox goes: its secret, and nobody has it any more; then its pod, whose agent is told to end, which ends every process. Two calls; the
 * cluster's own garbage collector makes a third, in vain: it removes the pod when whoever removes the sandbox is killed in
 * between. Where the agent does not answer, the kubelet ends it, and says so two or three seconds later.
 */
final class Removal {
    private static final long AT_ONCE = 0;
    private static final long ORDERLY = 1; // second
    private static final Duration AGENT = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final Dialler dialler;

    Removal(Cluster cluster, Dialler dialler) {
        this.cluster = cluster;
        this.dialler = dialler;
    }

    void destroy(SandboxId id, Deadline deadline) throws InterruptedException {
        String name = Marks.name(id);
        try (Agent agent = reach(name)) {
            Api.call(
                    "removing the sandbox's secret",
                    deadline,
                    () -> cluster.secrets().withName(name).delete());
            cluster.secrets.get(name).ifPresent(secret -> cluster.secrets.onDelete(secret, false));
            removePod(id, agent, deadline);
        }
    }

    /** Removes its pod with every process; its secret stays. */
    void destroyPod(SandboxId id, Deadline deadline) throws InterruptedException {
        try (Agent agent = reach(Marks.name(id))) {
            removePod(id, agent, deadline);
        }
    }

    private void removePod(SandboxId id, Agent agent, Deadline deadline) throws InterruptedException {
        String name = Marks.name(id);
        boolean told = agent.tellToEnd();
        boolean wasThere = delete(name, told || agent.hasEnded() ? AT_ONCE : ORDERLY, deadline);
        boolean ended = !told || agent.awaitEnd(deadline);
        if (ended && (wasThere || agent.pod.isPresent())) {
            ended = awaitEnd(name, deadline);
        }
        if (!ended) {
            throw deadline.exceeded("removing sandbox " + id + ", whose node has not said that it is gone,");
        }
    }

    private Agent reach(String name) throws InterruptedException {
        Optional<Pod> pod = cluster.pods.get(name);
        Optional<SandboxKey> key = cluster.secrets.get(name).flatMap(SandboxSecret::key);
        var cut = new CountDownLatch(1);
        if (pod.isEmpty() || key.isEmpty() || !PodState.mayRun(pod.get())) {
            return new Agent(pod, Optional.empty(), cut);
        }
        try {
            Link link = Link.open(
                    dialler.dial(pod.get(), key.get(), Deadline.in("dial", AGENT)),
                    key.get().bytes(),
                    "ending",
                    AGENT,
                    _ -> cut.countDown());
            return new Agent(pod, Optional.of(link), cut);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("reaching the agent").initCause(e);
            }
            return new Agent(pod, Optional.empty(), cut);
        }
    }

    /**
     * The agent of a pod that goes.
     *
     * @param link where it answers
     * @param cut when the link is: the agent's end of it goes last, after the kernel has taken every process
     */
    private record Agent(Optional<Pod> pod, Optional<Link> link, CountDownLatch cut) implements AutoCloseable {
        boolean hasEnded() {
            return pod.isPresent() && !PodState.mayRun(pod.get());
        }

        boolean tellToEnd() {
            if (link.isEmpty()) {
                return false;
            }
            try {
                link.get().tell(Requests.lease(Duration.ofMillis(1), Duration.ZERO));
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        boolean awaitEnd(Deadline deadline) throws InterruptedException {
            return cut.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            link.ifPresent(Link::close);
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
    private boolean awaitEnd(String name, Deadline deadline) throws InterruptedException {
        return cluster.pods
                .await(
                        name,
                        pod -> pod.map(PodState::of)
                                .map(PodState::phase)
                                .filter(phase -> phase != PodState.Phase.GONE)
                                .isEmpty(),
                        deadline)
                .isPresent();
    }
}
