package dev.sandjar.bench;

import dev.sandjar.testing.RealCluster;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Sandboxes that a real API server and a real etcd have, with nothing behind them: the same secrets and pods, for a scheduler that is not there, and
 * their status written by us as a kubelet would.
 */
final class HollowSandboxes {
    private static final int AT_ONCE = 32;

    private final KubernetesClient client;
    private final String namespace;
    private final Secret model;
    private final Pod pod;

    /** @param model a real sandbox, whose secret and pod are copied */
    HollowSandboxes(KubernetesClient client, String namespace, String model) {
        this.client = client;
        this.namespace = namespace;
        this.model = client.secrets()
                .inNamespace(namespace)
                .withName("sandjar-" + model)
                .get();
        this.pod = client.pods()
                .inNamespace(namespace)
                .withName("sandjar-" + model)
                .get();
    }

    void make(int count) throws Exception {
        var permits = new Semaphore(AT_ONCE);
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < count; i++) {
                permits.acquire();
                all.add(tasks.submit(() -> {
                    try {
                        one();
                    } finally {
                        permits.release();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private void one() {
        String id = UUID.randomUUID().toString();
        String name = "sandjar-" + id;
        Secret secret = client.secrets()
                .inNamespace(namespace)
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels(model.getMetadata().getLabels(), id))
                        .endMetadata()
                        .withType(model.getType())
                        .withData(model.getData())
                        .build())
                .create();
        Pod made = client.pods()
                .inNamespace(namespace)
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels(pod.getMetadata().getLabels(), id))
                        .addToAnnotations(
                                "sandjar.dev/secret", secret.getMetadata().getUid())
                        .endMetadata()
                        .withSpec(pod.getSpec())
                        .editSpec()
                        .withNodeName(null)
                        .withSchedulerName("nobody")
                        .withActiveDeadlineSeconds(null)
                        .endSpec()
                        .build())
                .create();
        client.pods().inNamespace(namespace).resource(running(made)).updateStatus();
    }

    private static Map<String, String> labels(Map<String, String> of, String id) {
        var labels = new HashMap<>(of);
        labels.put("sandjar.dev/sandbox", id);
        return labels;
    }

    private static Pod running(Pod made) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new PodBuilder(made)
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("198.18.0.254")
                .withStartTime(now)
                .withContainerStatuses(new ContainerStatusBuilder()
                        .withName("sandbox")
                        .withImage(RealCluster.image())
                        .withImageID("")
                        .withReady(true)
                        .withRestartCount(0)
                        .withNewState()
                        .withNewRunning(now)
                        .endState()
                        .build())
                .endStatus()
                .build();
    }

    /** What is kept for one, as text, in bytes: secret and pod. */
    long bytes() {
        return size(model) + size(pod);
    }

    private static long size(Object object) {
        return Serialization.asJson(object).getBytes(StandardCharsets.UTF_8).length;
    }
}
