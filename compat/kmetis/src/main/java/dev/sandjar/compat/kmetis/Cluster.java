package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.pod.Marks;
import dev.sandjar.compat.kmetis.pod.SandboxPod;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is asked of Kubernetes, in one namespace. A call that changes something is never abandoned half way by its caller's interruption, because
 * nobody could know then what has been made; the interruption is kept for later.
 */
final class Cluster implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int LAST_LINES = 5;
    private static final Pattern POD_NAME = Pattern.compile("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?");

    final KubernetesClient client;
    final String namespace;

    Cluster(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    PodResource pod(String id) {
        return client.pods().inNamespace(namespace).withName(id);
    }

    /** Empty also for pods that are no sandboxes, or no longer. */
    Optional<Pod> sandbox(String id) throws InterruptedException {
        if (!POD_NAME.matcher(id).matches()) {
            return Optional.empty();
        }
        return read("looking for sandbox " + id, () -> Optional.ofNullable(pod(id).get()))
                .filter(Marks::isSandbox);
    }

    List<Pod> sandboxes() throws InterruptedException {
        return read(
                "listing sandboxes",
                () ->
                        client
                                .pods()
                                .inNamespace(namespace)
                                .withLabel(Marks.APP, Marks.SANDBOXES)
                                .list()
                                .getItems()
                                .stream()
                                .filter(Marks::isSandbox)
                                .toList());
    }

    Pod create(Pod pod) {
        return change(
                "making the pod",
                () -> client.pods().inNamespace(namespace).resource(pod).create());
    }

    void create(Secret secret) {
        change(
                "making the secret",
                () -> client.secrets().inNamespace(namespace).resource(secret).create());
    }

    /** Its secret would go with it, once the kubelet is done with the pod; keys go at once. False when it is not there any more. */
    boolean delete(Pod pod) {
        String id = pod.getMetadata().getName();
        return change("deleting sandbox " + id, () -> {
            boolean there = !pod(id).delete().isEmpty();
            if (SandboxPod.hasKeys(pod)) {
                client.secrets().inNamespace(namespace).withName(id).delete();
            }
            return there;
        });
    }

    /** Whatever there is of a sandbox that did not come to be. */
    void remove(String id) {
        change("removing what was made of " + id, () -> {
            pod(id).withGracePeriod(0).delete();
            client.secrets().inNamespace(namespace).withName(id).delete();
            return true;
        });
    }

    /** What the container that failed wrote last; empty when it is not known. */
    String lastWords(String id) throws InterruptedException {
        try {
            return read(
                    "reading the pod's log",
                    () -> Optional.ofNullable(pod(id).get()).stream()
                            .flatMap(Cluster::failed)
                            .findFirst()
                            .map(one -> pod(id).inContainer(one.getName())
                                    .tailingLines(LAST_LINES)
                                    .getLog()
                                    .strip())
                            .orElse(""));
        } catch (SandboxException unknown) {
            return "";
        }
    }

    private static Stream<ContainerStatus> failed(Pod pod) {
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .filter(one -> one.getState().getTerminated() != null
                        && !Objects.equals(one.getState().getTerminated().getExitCode(), 0));
    }

    /** A call that the caller's interruption ends. */
    <T> T read(String doing, Supplier<T> call) throws InterruptedException {
        var task = start(call);
        try {
            return task.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unanswered(doing);
        } catch (ExecutionException e) {
            throw told(doing, e);
        } finally {
            task.cancel(true);
        }
    }

    private <T> T change(String doing, Supplier<T> call) {
        var task = start(call);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            throw unanswered(doing);
        } catch (ExecutionException e) {
            throw told(doing, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> FutureTask<T> start(Supplier<T> call) {
        var task = new FutureTask<T>(call::get);
        Thread.ofVirtual().name("kubernetes-api").start(task);
        return task;
    }

    private static SandboxException unanswered(String doing) {
        return new SandboxException(
                doing + " failed: the cluster's API server did not answer within " + LIMIT.toSeconds() + " seconds",
                "check that the cluster is up, then try again",
                null);
    }

    private SandboxException told(String doing, ExecutionException e) {
        if (!(e.getCause() instanceof KubernetesClientException theirs)) {
            return new SandboxException(doing + " failed: " + e.getCause(), "see the cause", e.getCause());
        }
        String said = theirs.getStatus() == null || theirs.getStatus().getMessage() == null
                ? String.valueOf(theirs.getMessage())
                : theirs.getStatus().getMessage();
        return new SandboxException(doing + " in namespace " + namespace + " failed: " + said, remedy(theirs), theirs);
    }

    private static String remedy(KubernetesClientException theirs) {
        return switch (theirs.getCode()) {
            case HttpURLConnection.HTTP_UNAUTHORIZED -> "log in to the cluster again, or name another context";
            case HttpURLConnection.HTTP_FORBIDDEN ->
                "ask for that right or quota; the README has the role that the SDK needs";
            case HttpURLConnection.HTTP_NOT_FOUND -> "make the namespace, or name another: K8S_NAMESPACE";
            case 400, 422 -> "change what it names";
            default -> "check that the cluster is up and the kubeconfig names it, then try again";
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
