package dev.sandjar.kubernetes;

import static io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore.NAME_KEY_STATE;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.pod.Kept;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.watch.Watched;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** One namespace: the client, and what its watches have told. The watches come back by themselves, with growing pauses; where they were away too long they list anew. */
final class Cluster implements AutoCloseable {
    private static final Duration FIRST_LIST = Duration.ofMinutes(2); // of 50,000 sandboxes and more
    static final long PAGE = 50; // objects are in memory at once, whole, a few of them large

    final KubernetesClient client;
    final String namespace;
    final Watched<Pod> pods = new Watched<>(Kept::of);
    final Watched<Secret> secrets = new Watched<>(Kept::of);
    private final List<SharedIndexInformer<?>> watches;

    private Cluster(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        this.watches = List.of(watch(Pod.class, client.pods(), pods), watch(Secret.class, client.secrets(), secrets));
    }

    static Cluster open(KubernetesClient client, String namespace) {
        var cluster = new Cluster(client, namespace);
        try {
            for (SharedIndexInformer<?> one : cluster.watches) {
                one.start().toCompletableFuture().get(FIRST_LIST.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (!cluster.pods.awaitList(FIRST_LIST) || !cluster.secrets.awaitList(FIRST_LIST)) {
                throw new TimeoutException();
            }
            return cluster;
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            cluster.close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            throw cause instanceof KubernetesClientException said
                    ? Api.told(
                            "watching pods and secrets in namespace " + namespace + " at " + client.getMasterUrl(),
                            said)
                    : new SandboxException(
                            ErrorCode.UNAVAILABLE,
                            "the cluster's API server " + client.getMasterUrl()
                                    + " did not answer"
                                    + (e instanceof TimeoutException
                                            ? " completely within " + FIRST_LIST.toSeconds() + " seconds"
                                            : ""),
                            "check the kubeconfig (KUBECONFIG, else ~/.kube/config), and that the cluster is up",
                            cause);
        }
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
            SharedIndexInformer<T> watch(Class<T> type, MixedOperation<T, L, R> kind, Watched<T> into) {
        SharedIndexInformer<T> watch = kind.inNamespace(namespace)
                .withLabel(Marks.SANDBOX)
                .withLimit(PAGE)
                .runnableInformer(0)
                .removeNamespaceIndex()
                .itemStore(
                        new ReducedStateItemStore<>( // to find what went while the watch was away
                                NAME_KEY_STATE,
                                type,
                                client.getKubernetesSerialization(),
                                "metadata.uid",
                                "metadata.labels"))
                .addEventHandler(into)
                .exceptionHandler(
                        (started, _) -> started); // the first list fails loudly, what comes later is tried again
        into.listedBy(() -> watch.getStore().listKeys().stream()
                .map(key -> key.substring(key.indexOf('/') + 1))
                .collect(Collectors.toSet()));
        return watch;
    }

    /** What a sandbox's pod is called: as its secret says, else as the pod itself does, else as usual. */
    String podName(SandboxId id) {
        return secrets.get(Marks.name(id))
                .map(Marks::podName)
                .orElseGet(() -> pods.all().stream()
                        .filter(pod -> SandboxPod.isOf(id, pod))
                        .map(pod -> pod.getMetadata().getName())
                        .findFirst()
                        .orElse(Marks.name(id)));
    }

    /** A sandbox's pod, as the watch has it; another's may have had its name before, or have it since. */
    Optional<Pod> pod(SandboxId id) {
        return pods.get(podName(id)).filter(pod -> SandboxPod.isOf(id, pod));
    }

    NonNamespaceOperation<Pod, PodList, PodResource> pods() {
        return client.pods().inNamespace(namespace);
    }

    NonNamespaceOperation<Secret, SecretList, Resource<Secret>> secrets() {
        return client.secrets().inNamespace(namespace);
    }

    @Override
    public void close() {
        watches.forEach(SharedIndexInformer::close);
        client.close();
    }
}
