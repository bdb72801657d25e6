package dev.sandjar.compat.kubebox.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.cluster.OtherCluster.Reply;
import dev.sandjar.compat.kubebox.cluster.OtherCluster.Request;
import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.PodFailedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits are kept at a cluster that says nothing, or nothing any more. */
@Timeout(15) // less than a call may take
class LimitsTest {
    private static final Duration BRIEF = Duration.ofMillis(700);

    private static final String PODS = """
            {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": [
              {"metadata": {"name": "box", "namespace": "ns", "resourceVersion": "1"}, "status": {"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no room"}]}}]}""";

    private static final String SERVICES = """
            {"kind": "ServiceList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": [
              {"metadata": {"name": "box-service", "namespace": "ns", "resourceVersion": "1"},
               "spec": {"type": "%s", "ports": [{"port": 80, "nodePort": 30080}], "selector": {"app": "box"}}}]}""";

    private static KubeboxPod pod(Calls calls) {
        return new KubeboxPod("box", "ns", true, calls);
    }

    private static KubeboxService service(Calls calls) {
        return new KubeboxService("box-service", "ns", calls);
    }

    private static Calls calls(OtherCluster cluster) {
        return Calls.to(cluster.kubeconfig(), Calls.LIMIT);
    }

    /** Lists once, then says nothing any more. */
    private static Optional<Reply> listed(Request request, String what, String list) {
        return request.path().endsWith("/" + what) && !request.query().contains("watch=true")
                ? OtherCluster.json(list)
                : Optional.empty();
    }

    /** Once, so that what the client does for the first time is in nobody's limit. */
    @BeforeAll
    static void askedBefore() throws Exception {
        try (var cluster = new OtherCluster(request -> listed(request, "pods", PODS.replace("Pending", "Failed")));
                var calls = calls(cluster)) {
            assertThatThrownBy(() -> pod(calls).waitUntilReady(Calls.LIMIT)).isInstanceOf(PodFailedException.class);
        }
    }

    @Test
    void nobodyIsWaitedForAtAClusterThatSaysNothing() throws Exception {
        try (var cluster = new OtherCluster(_ -> Optional.empty());
                var calls = calls(cluster)) {
            assertThatThrownBy(() -> pod(calls).waitUntilReady(BRIEF))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessage("pod box in ns is not ready (the cluster has not told of it) within 0.7 seconds"
                            + " (the limit of waitUntilReady)");
            assertThatThrownBy(() -> service(calls).externalAddress(BRIEF))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessage(
                            "service box-service in ns has no address: the cluster has not told of it within 0.7 seconds"
                                    + " (the limit of externalAddress)");
        }
    }

    @Test
    void whatWasSeenLastOfAPodIsToldWhenTimeIsUp() throws Exception {
        try (var cluster = new OtherCluster(request -> listed(request, "pods", PODS));
                var calls = calls(cluster)) {
            assertThatThrownBy(() -> pod(calls).waitUntilReady(BRIEF))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessageContaining("is not ready (Unschedulable: no room) within 0.7 seconds");
        }
    }

    @Test
    void whatWasSeenLastOfAServiceIsToldWhenTimeIsUp() throws Exception {
        try (var cluster =
                        new OtherCluster(request -> listed(request, "services", SERVICES.formatted("LoadBalancer")));
                var calls = calls(cluster)) {
            assertThatThrownBy(() -> service(calls).waitUntilReady(BRIEF))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessageContaining("has no address: no load balancer has given it one within 0.7 seconds");
        }
    }

    @Test
    void aServiceAndTheNodeOfItsPodAreWaitedForWithinOneLimit() throws Exception {
        try (var cluster = new OtherCluster(request -> listed(request, "services", SERVICES.formatted("NodePort")));
                var calls = calls(cluster)) {
            assertThatThrownBy(() -> service(calls).waitUntilReady(BRIEF))
                    .isInstanceOf(WaitLimitException.class)
                    .hasMessageContaining("has no address: no node has a pod of it within 0.7 seconds");
        }
    }

    @Test
    void allAttemptsOfACallHaveOneLimit() throws Exception {
        try (var cluster = new OtherCluster(_ -> busy(BRIEF.dividedBy(2)));
                var calls = Calls.to(cluster.kubeconfig(), BRIEF)) {
            assertThatThrownBy(() -> pod(calls).destroy())
                    .isInstanceOf(ClusterException.class)
                    .hasMessage(
                            "deleting pod box in ns was not answered within 700 ms; whether it has been done is not known");
        }
    }

    /** After a while, what the client tries again. */
    private static Optional<Reply> busy(Duration time) {
        try {
            new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
        return Optional.of(new Reply(503, "{}"));
    }
}
