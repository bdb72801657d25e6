package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the API server is asked. A call that changes something is never abandoned half way by its caller's interruption, because nobody could know
 * otherwise what has been made: that waits until the answer is there. Only the limit of the whole work ends it; then what may have been made is
 * tidied up later.
 */
final class Api {
    private static final int UNPROCESSABLE = 422;
    private static final int TOO_MANY = 429;
    private static final Duration CLIENT_GIVES_UP = Duration.ofMinutes(2);

    private Api() {}

    /**
     * Makes a call on a thread that nobody interrupts; the caller's interruption is kept for later.
     *
     * @throws SandboxException as {@link #told}, and {@code DEADLINE_EXCEEDED}
     * @throws KubernetesClientException 404 and 409, which mean something else to each caller
     */
    static <T> T call(String doing, Deadline deadline, Supplier<T> call) {
        return call(
                doing,
                deadline,
                call,
                () -> deadline.exceeded(doing + ", which the cluster's API server has not answered,"));
    }

    private static <T> T call(
            String doing, Deadline deadline, Supplier<T> call, Supplier<SandboxException> unanswered) {
        var task = new FutureTask<T>(call::get);
        Thread.ofVirtual().name("kubernetes-api").start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException later) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    throw unanswered(unanswered.get(), e);
                } catch (ExecutionException e) {
                    throw translated(doing, e.getCause() == null ? e : e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static SandboxException unanswered(SandboxException limit, TimeoutException e) {
        return new SandboxException(limit.code(), String.valueOf(limit.getMessage()), limit.remedy(), e);
    }

    /** Whether nobody knows if the call was carried out. */
    static boolean unanswered(Exception failure) {
        return failure.getCause() instanceof TimeoutException;
    }

    /** The same, as long as the client itself waits; {@code UNAVAILABLE} then. */
    static <T> T call(String doing, Supplier<T> call) {
        return call(
                doing,
                Deadline.in("", CLIENT_GIVES_UP),
                call,
                () -> unavailable(doing, " within " + CLIENT_GIVES_UP.toSeconds() + " seconds", null));
    }

    static SandboxException alreadyThere(SandboxId id) {
        return new SandboxException(
                ErrorCode.ALREADY_EXISTS, "sandbox " + id + " is there already", "use another id", null);
    }

    private static RuntimeException translated(String doing, Throwable cause) {
        return switch (cause) {
            case SandboxException ours -> ours;
            case KubernetesClientException theirs when theirs.getCode() == HttpURLConnection.HTTP_CONFLICT -> theirs;
            case KubernetesClientException theirs when theirs.getCode() == HttpURLConnection.HTTP_NOT_FOUND -> theirs;
            case KubernetesClientException theirs -> told(doing, theirs);
            default -> SandboxException.internal(doing, cause);
        };
    }

    /** As the cluster said it, so that whoever runs it knows what to change. */
    static SandboxException told(String doing, KubernetesClientException e) {
        String said = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        boolean quota = said.contains("exceeded quota") || said.contains("limited to");
        return switch (e.getCode()) {
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                new SandboxException(
                        ErrorCode.PERMISSION_DENIED,
                        doing + " was refused: the cluster does not know the kubeconfig's credentials",
                        "log in to the cluster again, or name another context (SANDJAR_KUBERNETES_CONTEXT)",
                        e);
            case HttpURLConnection.HTTP_FORBIDDEN ->
                quota
                        ? new SandboxException(
                                ErrorCode.NO_CAPACITY,
                                doing + " was refused by the namespace's quota: " + said,
                                "delete sandboxes, ask for less, or raise the quota",
                                e)
                        : new SandboxException(
                                ErrorCode.PERMISSION_DENIED,
                                doing + " is not allowed by the cluster: " + said,
                                "run sandjar doctor: it names the permissions that are missing",
                                e);
            case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE ->
                new SandboxException(
                        ErrorCode.INVALID_ARGUMENT,
                        doing + " was refused by the cluster: " + said,
                        "change what it names",
                        e);
            case TOO_MANY ->
                new SandboxException(
                        ErrorCode.RATE_LIMITED,
                        doing + " was refused: the cluster's API server is busy",
                        "try again later",
                        e);
            default -> unavailable(doing, e.getCode() > 0 ? " (" + e.getCode() + ")" : "", e);
        };
    }

    private static SandboxException unavailable(String doing, String how, @Nullable Throwable cause) {
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                doing + " failed: the cluster's API server did not answer" + how,
                "try again later; sandboxes live on meanwhile",
                cause);
    }
}
