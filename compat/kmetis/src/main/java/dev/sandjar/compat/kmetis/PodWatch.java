package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.pod.Verdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One new pod, watched until it is closed. */
final class PodWatch implements ResourceEventHandler<Pod>, AutoCloseable {
    private final CompletableFuture<Optional<String>> address =
            new CompletableFuture<>(); // with why there will be none
    private final CompletableFuture<Optional<String>> failure = new CompletableFuture<>();
    private final SharedIndexInformer<Pod> informer;

    PodWatch(Cluster cluster, String id) throws InterruptedException {
        informer = cluster.read("watching the pod", () -> cluster.pod(id).inform(this));
    }

    /** Empty once the pod has an address, else why it will not have one. */
    Optional<String> awaitAddress(long nanos) throws InterruptedException, TimeoutException {
        return get(address, nanos);
    }

    /** Why waiting longer will not help; empty when nothing of that kind happened within that time. */
    Optional<String> failureWithin(long nanos) throws InterruptedException {
        try {
            return get(failure, nanos);
        } catch (TimeoutException stillHope) {
            return Optional.empty();
        }
    }

    private static Optional<String> get(CompletableFuture<Optional<String>> answer, long nanos)
            throws InterruptedException, TimeoutException {
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // nobody completes them so
        }
    }

    private void judge(Pod pod) {
        switch (Verdict.of(pod)) {
            case Verdict.Waiting _ -> {}
            case Verdict.Placed _ -> address.complete(Optional.empty());
            case Verdict.Hopeless(String why) -> fail(why);
        }
    }

    private void fail(String why) {
        failure.complete(Optional.of(why));
        address.complete(Optional.of(why));
    }

    @Override
    public void onAdd(Pod pod) {
        judge(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
        judge(pod);
    }

    @Override
    public void onDelete(Pod pod, boolean unknown) {
        fail("somebody deleted it");
    }

    @Override
    public void close() {
        informer.close();
    }
}
