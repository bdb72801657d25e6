package dev.sandjar.kubernetes;

import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.StatusDetails;
import java.util.List;
import java.util.Optional;

/** How a sandbox goes: its pod, then, when no process of it is left, its secret. Two calls. */
final class Removal {
    private static final long AT_ONCE = 0;
    private static final long ORDERLY =
            1; // second; the agent ends when it is told to, so the kubelet need not wait for it

    private final Cluster cluster;

    Removal(Cluster cluster) {
        this.cluster = cluster;
    }

    void destroy(SandboxId id, Deadline deadline) throws InterruptedException {
        String name = Marks.name(id);
        Optional<Pod> pod = cluster.pods.get(name);
        boolean runs = pod.isEmpty() || PodState.somethingRuns(pod.get());
        boolean wasThere = delete(name, runs ? ORDERLY : AT_ONCE);
        if (wasThere || pod.isPresent()) {
            awaitEnd(id, name, deadline);
        }
        Api.call(
                "removing the sandbox's secret",
                () -> cluster.secrets().withName(name).delete());
        cluster.secrets.get(name).ifPresent(secret -> cluster.secrets.onDelete(secret, false));
    }

    private boolean delete(String name, long grace) {
        List<StatusDetails> deleted = Api.call(
                "removing the sandbox's pod",
                () -> cluster.pods().withName(name).withGracePeriod(grace).delete());
        return !deleted.isEmpty();
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
