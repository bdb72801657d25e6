package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.kubernetes.pod.Workspace;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A sandbox that is stopped has no pod, and a claim that keeps its workspace; its secret says so before the pod goes, and until the next one answers. */
final class Stopping {
    private static final int UNPROCESSABLE = 422; // what it was tested for is not so

    private final Cluster cluster;
    private final Notes notes;
    private final Creation creation;
    private final Removal removal;

    Stopping(Cluster cluster, Notes notes, Creation creation, Removal removal) {
        this.cluster = cluster;
        this.notes = notes;
        this.creation = creation;
        this.removal = removal;
    }

    void stop(SandboxId id, Deadline deadline) throws InterruptedException {
        if (cluster.pod(id).filter(pod -> !Workspace.isOwn(pod)).isPresent()) {
            throw SandboxException.notSupported(
                    "keeping the workspace",
                    "this sandbox, which was made without a volume of its own,",
                    "pause it instead");
        }
        notes.settle(id);
        notes.mark(id, Marks.STOPPED, true);
        removal.destroyPod(id, deadline);
    }

    /** Does nothing for one that runs. */
    void start(SandboxId id, SandboxSpec spec, Deadline deadline) throws InterruptedException {
        notes.settle(id);
        Secret secret = Optional.ofNullable(Api.call(
                        "looking at the sandbox",
                        deadline,
                        () -> cluster.secrets().withName(Marks.name(id)).get()))
                .orElseThrow(() -> SandboxException.sandboxNotFound(id));
        if (!SandboxSecret.stopped(secret)) {
            return;
        }
        if (SandboxSecret.startingUntil(secret).filter(Instant.now()::isBefore).isPresent()) {
            throw beingStarted(id, null);
        }
        take(id, secret, deadline);
        try {
            creation.restart(id, spec, secret, deadline);
            notes.mark(id, Marks.STOPPED, false);
        } catch (RuntimeException | InterruptedException failure) {
            try {
                notes.mark(id, Marks.STOPPED, true);
            } catch (SandboxException e) {
                failure.addSuppressed(e); // the mark says until when we may be at it
            }
            throw failure;
        }
    }

    /** One server at a time starts it: whose patch of the mark succeeds. */
    private void take(SandboxId id, Secret secret, Deadline deadline) {
        String doing = "noting that the sandbox is being started";
        try {
            cluster.secrets.wrote(Api.call(
                    doing,
                    deadline,
                    () -> cluster.secrets()
                            .withName(Marks.name(id))
                            .patch(PatchContext.of(PatchType.JSON), SandboxSecret.starting(secret, deadline.left()))));
        } catch (KubernetesClientException e) {
            throw e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                    ? SandboxException.sandboxNotFound(id)
                    : Api.told(doing, e);
        } catch (SandboxException e) {
            if (e.getCause() instanceof KubernetesClientException said && said.getCode() == UNPROCESSABLE) {
                throw beingStarted(id, e);
            }
            throw e;
        }
    }

    private static SandboxException beingStarted(SandboxId id, @Nullable Throwable cause) {
        return new SandboxException(
                ErrorCode.INVALID_STATE,
                "sandbox " + id + " is being started by another server",
                "look at it again in a moment",
                cause);
    }
}
