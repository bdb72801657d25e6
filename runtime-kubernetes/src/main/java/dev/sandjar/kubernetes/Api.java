package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * How the API server is asked. A call that changes something is never abandoned half way: its caller's interruption waits until the answer
 * is there, because nobody could know otherwise what has been made. The client has limits of its own.
 */
final class Api {
    private static final int UNPROCESSABLE = 422;
    private static final int TOO_MANY = 429;

    private Api() {}

    /** Makes a call on a thread that nobody interrupts; the caller's interruption is kept for later. */
    static <T> T call(String doing, Supplier<T> call) {
        var task = new FutureTask<T>(call::get);
        Thread.ofVirtual().name("kubernetes-api").start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException later) {
                    interrupted = true;
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
            case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
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
            default ->
                new SandboxException(
                        ErrorCode.UNAVAILABLE,
                        doing + " failed: the cluster's API server did not answer"
                                + (e.getCode() > 0 ? " (" + e.getCode() + ")" : ""),
                        "try again later; sandboxes live on meanwhile",
                        e);
        };
    }
}
