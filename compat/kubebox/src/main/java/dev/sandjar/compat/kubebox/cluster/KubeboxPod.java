package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.PodFailedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A pod, as a name: it may be gone. */
public final class KubeboxPod {
    private static final Duration USUAL = Duration.ofMinutes(5); // images are large

    private final String name;
    private final String namespace;
    private final boolean made;
    private final Calls calls;

    KubeboxPod(String name, String namespace, boolean made, Calls calls) {
        this.name = name;
        this.namespace = namespace;
        this.made = made;
        this.calls = calls;
    }

    /**
     * What it is called.
     *
     * @return the pod's name
     */
    public String name() {
        return name;
    }

    /**
     * Where it is.
     *
     * @return the namespace
     */
    public String namespace() {
        return namespace;
    }

    /**
     * Whether the call that returned it has made it.
     *
     * @return false when there was one of that name, which has other options perhaps; destroy it and make it again to change them
     */
    public boolean isNew() {
        return made;
    }

    /**
     * Waits for five minutes at most.
     *
     * @return how long it took
     * @throws PodFailedException when it never will be ready, with the reason
     * @throws WaitLimitException when it is not ready then, with what it waits for
     * @throws InterruptedException when the caller is interrupted
     */
    public Duration waitUntilReady() throws InterruptedException {
        return waitUntilReady(USUAL);
    }

    /**
     * Waits until the pod runs and something listens on its port 80.
     *
     * @param limit for how long at most
     * @return how long it took
     * @throws PodFailedException when it never will be ready, with the reason
     * @throws WaitLimitException when it is not ready then, with what it waits for
     * @throws InterruptedException when the caller is interrupted
     */
    public Duration waitUntilReady(Duration limit) throws InterruptedException {
        long began = System.nanoTime();
        var last = new AtomicReference<Verdict>(new Verdict.Waiting("the cluster has not told of it"));
        var decided = resource().informOnCondition(pods -> {
            last.set(verdict(pods));
            return !(last.get() instanceof Verdict.Waiting);
        });
        try {
            calls.await("watching " + this, decided, limit);
        } catch (TimeoutException timeIsUp) {
            // what was seen last is told
        }
        return switch (last.get()) {
            case Verdict.Ready _ -> Duration.ofNanos(System.nanoTime() - began);
            case Verdict.Waiting(String what) ->
                throw new WaitLimitException(
                        this + " is not ready (" + what + ")",
                        limit,
                        "the limit of waitUntilReady",
                        "wait longer, or look at: kubectl describe pod " + name + " -n " + namespace);
            case Verdict.Hopeless(String why) ->
                throw new PodFailedException(
                        this + " will not be ready: " + why,
                        "mend that, or look at: kubectl describe pod " + name + " -n " + namespace);
        };
    }

    private static Verdict verdict(List<Pod> pods) {
        return Verdict.of(pods.isEmpty() ? null : pods.getFirst());
    }

    /**
     * Removes it, and with it everything in it.
     *
     * @return false when there was none
     * @throws ClusterException when the cluster does not do it
     */
    public boolean destroy() {
        return calls.ask("deleting " + this, () -> !resource().delete().isEmpty());
    }

    private PodResource resource() {
        return calls.client.pods().inNamespace(namespace).withName(name);
    }

    @Override
    public String toString() {
        return "pod " + name + " in " + namespace;
    }
}
