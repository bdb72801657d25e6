package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is asked of a cluster, and what becomes of what it says when it does not do it. */
final class Calls implements AutoCloseable {
    /** Of a call, with all its attempts. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    private static final int RETRIES = 3;

    final KubernetesClient client;
    private final Duration limit;

    private Calls(KubernetesClient client, Duration limit) {
        this.client = client;
        this.limit = limit;
    }

    /**
     * By a kubeconfig, which is parsed and never written anywhere.
     *
     * @throws KubeboxException when it is none
     */
    static Calls to(String kubeconfig, Duration limit) {
        Config config;
        try {
            config = Config.fromKubeconfig(kubeconfig);
        } catch (RuntimeException e) { // what it says quotes the text, which has secrets
            throw KubeboxException.invalid(
                    "kubeconfig", "none", "the text of one, such as kubectl config view --raw prints");
        }
        Config patient = new ConfigBuilder(config)
                .withRequestTimeout(Math.toIntExact(limit.toMillis()))
                .withConnectionTimeout(Math.toIntExact(limit.toMillis()))
                .withRequestRetryBackoffLimit(RETRIES)
                .withRequestRetryBackoffInterval(100)
                .build();
        return new Calls(new KubernetesClientBuilder().withConfig(patient).build(), limit);
    }

    /** Asks, on a thread of its own, because the client knows limits of single attempts only. */
    <T> T ask(String doing, Supplier<T> call) {
        var answer = new FutureTask<T>(call::get);
        Thread.ofVirtual().name("kubebox-call").start(answer);
        try {
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unknown(doing + " was not answered within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(doing + " was interrupted", e);
        } catch (ExecutionException e) {
            throw failed(doing, e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static ClusterException unknown(String what, Exception cause) {
        return new ClusterException(what + "; whether it has been done is not known", 0, "look at the cluster", cause);
    }

    /**
     * Asks for something new, and goes on in another way where there is something of that name already.
     *
     * @param there what then
     */
    <T> T askForNew(String doing, Supplier<T> call, Function<KubernetesClientException, T> there) {
        return ask(doing, () -> {
            try {
                return call.get();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                return there.apply(e);
            }
        });
    }

    /** Waits for an event. */
    <T> T await(String doing, CompletableFuture<T> event, Duration limit)
            throws InterruptedException, TimeoutException {
        try {
            return event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw failed(doing, e.getCause());
        } finally {
            event.cancel(true);
        }
    }

    private static ClusterException failed(String doing, @Nullable Throwable cause) {
        return cause instanceof KubernetesClientException theirs
                ? told(doing, theirs)
                : new ClusterException(doing + " failed: " + cause, 0, "see the cause", cause);
    }

    private static ClusterException told(String doing, KubernetesClientException e) {
        String said = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        int status = Math.max(e.getCode(), 0);
        return new ClusterException(doing + " failed: " + said, status, remedy(status), e);
    }

    private static String remedy(int status) {
        return switch (status) {
            case HttpURLConnection.HTTP_UNAUTHORIZED -> "log in to the cluster again, and give the kubeconfig anew";
            case HttpURLConnection.HTTP_FORBIDDEN ->
                "ask for that right or quota; the README has the role that the SDK needs";
            case HttpURLConnection.HTTP_NOT_FOUND -> "make what it names, or name another";
            case 400, 422 -> "change what it names";
            default -> "check that the cluster is up and the kubeconfig names it, then try again";
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
