package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.claim.Claims;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What is written down of a sandbox, in its secret: the engine's record, and whether it is frozen or stopped. One call each. */
final class Notes {
    private static final Duration RECORDING = Duration.ofSeconds(10);
    private static final int LONGEST_RECORD = 256 << 10;

    private final Cluster cluster;
    private final Claims claims;

    Notes(Cluster cluster, Claims claims) {
        this.cluster = cluster;
        this.claims = claims;
    }

    static void checkLength(String record) {
        int length = record.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_RECORD) {
            throw SandboxException.invalid("record", length + " bytes", "at most " + LONGEST_RECORD + " bytes");
        }
    }

    void record(SandboxId id, String record) {
        checkLength(record);
        settle(id);
        patch(id, "keeping the sandbox's record", SandboxSecret.recording(record));
    }

    /** @param mark one of {@link Marks} */
    void mark(SandboxId id, String mark, boolean present) {
        patch(id, "noting what becomes of the sandbox", SandboxSecret.marking(mark, present));
    }

    /** What was handed out is to be written before anything newer. */
    void settle(SandboxId id) {
        try {
            if (!claims.settle(id, RECORDING)) {
                throw new SandboxException(
                        ErrorCode.UNAVAILABLE,
                        "the cluster's API server does not take down whose the sandbox is",
                        "try again later; the sandbox lives on meanwhile",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SandboxException.interrupted("keeping the sandbox's record", e);
        }
    }

    private void patch(SandboxId id, String doing, Secret change) {
        try {
            cluster.secrets.wrote(Api.call(
                    doing,
                    () -> cluster.secrets()
                            .withName(Marks.name(id))
                            .patch(PatchContext.of(PatchType.JSON_MERGE), change)));
        } catch (KubernetesClientException e) {
            throw e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                    ? SandboxException.sandboxNotFound(id)
                    : Api.told(doing, e);
        }
    }
}
