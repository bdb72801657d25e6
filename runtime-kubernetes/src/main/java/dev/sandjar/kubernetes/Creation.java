package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.Link;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.AgentSource;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodSettings;
import dev.sandjar.kubernetes.pod.PodState;
import dev.sandjar.kubernetes.pod.PodTrouble;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.kubernetes.pod.Workspace;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How a sandbox is made: its secret, its pod, then its agent's answer. Whatever fails, both are gone afterwards; but for an API server that does
 * not answer, when whoever tidies up next removes what it may have made. Three calls.
 */
final class Creation {
    private static final Duration CLEANUP = Duration.ofSeconds(30);
    private static final Duration BETWEEN_DIALS =
            Duration.ofMillis(10); // the kubelet says up to a second late that the agent runs
    private static final Duration GREETING = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final PodSettings settings;
    private final Dialler dialler;
    private final Duration capacityWait;
    private final Removal removal;

    Creation(Cluster cluster, PodSettings settings, Dialler dialler, Duration capacityWait, Removal removal) {
        this.cluster = cluster;
        this.settings = settings;
        this.dialler = dialler;
        this.capacityWait = capacityWait;
        this.removal = removal;
    }

    /**
     * Returns when its agent has answered.
     *
     * @param holder who may hand it out, if it is made ahead
     */
    void create(SandboxId id, SandboxSpec spec, String record, Optional<String> holder, Deadline deadline)
            throws InterruptedException {
        var key = SandboxKey.random();
        if (Thread.interrupted()) {
            throw new InterruptedException("before the sandbox was begun");
        }
        Secret plain = SandboxSecret.of(id, key, record, deadline.left());
        Secret named = settings.podName()
                .map(name -> SandboxSecret.naming(plain, name))
                .orElse(plain);
        Secret secret = createSecret(
                id, holder.map(epoch -> SandboxSecret.heldBy(named, epoch)).orElse(named), deadline);
        try {
            cluster.secrets.wrote(secret);
            if (settings.workspace() instanceof Workspace.Own own) {
                createClaim(own.claim(id, secret), deadline);
            }
            Pod wanted = holder.isPresent()
                    ? SandboxPod.ahead(id, spec, settings, secret)
                    : SandboxPod.of(id, spec, settings, secret);
            Pod pod = createPod(wanted, secret, deadline);
            cluster.pods.wrote(pod);
            awaitAgent(wanted.getMetadata().getName(), key, deadline);
            if (holder.isEmpty()) {
                finish(id, deadline);
            }
        } catch (RuntimeException | InterruptedException failure) {
            Undo undo = () -> removal.destroy(id, Deadline.in("cleanup", CLEANUP));
            if (Api.unanswered(failure)) {
                Thread.ofVirtual()
                        .name("undo-create-" + id)
                        .start(() -> cleanUp(failure, undo)); // it may take as long again
            } else {
                cleanUp(failure, undo);
            }
            throw failure;
        }
    }

    /** A new pod for a sandbox that was stopped; when there is none in the end, it is stopped as before. */
    void restart(SandboxId id, SandboxSpec spec, Secret secret, Deadline deadline) throws InterruptedException {
        SandboxKey key = SandboxSecret.key(secret)
                .orElseThrow(() -> SandboxException.lost(id, "its key was damaged by somebody", null));
        removal.destroyPod(id, deadline); // what a start that was killed has left
        Pod wanted = SandboxPod.of(id, spec, settings, secret);
        Optional<Pod> old = cluster.pod(id);
        if (old.isPresent()) {
            awaitForgotten(old.get(), deadline);
        }
        try {
            cluster.pods.wrote(createPod(wanted, secret, deadline));
            awaitAgent(wanted.getMetadata().getName(), key, deadline);
        } catch (RuntimeException | InterruptedException failure) {
            cleanUp(failure, () -> removal.destroyPod(id, Deadline.in("cleanup", CLEANUP)));
            throw failure;
        }
    }

    /** Every replica may have it from now on, though the kubelet will say up to a second late that it runs. */
    private void finish(SandboxId id, Deadline deadline) {
        try {
            Secret finished = Api.call(
                    "noting that the sandbox is finished",
                    deadline,
                    () -> cluster.secrets()
                            .withName(Marks.name(id))
                            .patch(PatchContext.of(PatchType.JSON_MERGE), SandboxSecret.finished()));
            cluster.secrets.wrote(finished);
        } catch (KubernetesClientException gone) {
            throw new SandboxException(
                    ErrorCode.START_FAILED, "the sandbox's secret was deleted by somebody else", "try again", gone);
        }
    }

    private Secret createSecret(SandboxId id, Secret wanted, Deadline deadline) {
        return Api.call("making the sandbox's secret", deadline, () -> {
            try {
                return cluster.secrets().resource(wanted).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409) {
                    throw e;
                }
                // the client repeats what was answered by a cut: then it is our own that is there
                Secret there = cluster.secrets().withName(Marks.name(id)).get();
                if (there == null || !there.getData().equals(wanted.getData())) {
                    throw Api.alreadyThere(id);
                }
                return there;
            }
        });
    }

    /** Named after an id that is new, so one that is there is what a repeated call has made. */
    private void createClaim(PersistentVolumeClaim wanted, Deadline deadline) {
        Api.call("making the sandbox's volume claim", deadline, () -> {
            try {
                return cluster.client
                        .persistentVolumeClaims()
                        .inNamespace(cluster.namespace)
                        .resource(wanted)
                        .create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409) {
                    throw e;
                }
                return wanted;
            }
        });
    }

    private Pod createPod(Pod wanted, Secret secret, Deadline deadline) throws InterruptedException {
        Optional<Pod> there = putPod(wanted, secret, deadline);
        while (there.filter(pod -> SandboxPod.belongsTo(pod, secret)).isEmpty()) {
            deadline.check("making the sandbox's pod");
            if (there.isPresent()) { // its name is used again
                cluster.pods.wrote(there.get());
                awaitForgotten(there.get(), deadline);
            }
            there = putPod(wanted, secret, deadline);
        }
        Pod made = there.get();
        if (settings.agent() instanceof AgentSource.ImageVolume && !SandboxPod.hasImageVolume(made)) {
            throw SandboxException.notSupported(
                    "agent=image:…, a volume that is an image,",
                    "this cluster, which passes over it",
                    "use Kubernetes 1.31 or newer with the feature ImageVolume, or agent=config-map, init:IMAGE or node:/FOLDER");
        }
        return made;
    }

    /** Ours; or one of its name that is of our kind and goes; or empty, when that has just gone. */
    private Optional<Pod> putPod(Pod wanted, Secret secret, Deadline deadline) {
        String name = wanted.getMetadata().getName();
        return Api.call("making the sandbox's pod", deadline, () -> {
            try {
                return Optional.of(cluster.pods().resource(wanted).create());
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409) {
                    throw e;
                }
                Optional<Pod> there =
                        Optional.ofNullable(cluster.pods().withName(name).get());
                if (there.filter(pod -> !SandboxPod.belongsTo(pod, secret) && !goes(pod))
                        .isPresent()) {
                    throw new SandboxException(
                            ErrorCode.ALREADY_EXISTS,
                            "pod " + name + " is there already",
                            "remove it first, or use another name",
                            e);
                }
                return there;
            }
        });
    }

    private static boolean goes(Pod pod) {
        return SandboxPod.isOurs(pod) && PodState.isBeingDeleted(pod);
    }

    private void awaitForgotten(Pod pod, Deadline deadline) throws InterruptedException {
        String uid = pod.getMetadata().getUid();
        boolean forgotten = cluster.pods
                .await(
                        pod.getMetadata().getName(),
                        now -> now.filter(one -> one.getMetadata().getUid().equals(uid))
                                .isEmpty(),
                        deadline)
                .isPresent();
        if (!forgotten) {
            throw deadline.exceeded("the API server's forgetting the sandbox's old pod");
        }
    }

    private void awaitAgent(String name, SandboxKey key, Deadline deadline) throws InterruptedException {
        var patience = Deadline.in("capacity-wait", min(capacityWait, deadline.left()));
        while (true) {
            Deadline limit = patience.passed() ? deadline : patience;
            Optional<Pod> seen =
                    cluster.pods.await(name, Creation.this::worthALook, limit).flatMap(one -> one.object());
            if (seen.isEmpty() && cluster.pods.get(name).isEmpty()) {
                throw new SandboxException(
                        ErrorCode.START_FAILED, "the sandbox's pod was deleted by somebody else", "try again", null);
            }
            Pod pod = seen.or(() -> cluster.pods.get(name)).orElseThrow();
            PodTrouble.hopeless(pod).ifPresent(trouble -> {
                throw trouble;
            });
            if (seen.isPresent() && answers(pod, key, deadline)) {
                return;
            }
            if (patience.passed()) {
                PodTrouble.unschedulable(pod).ifPresent(trouble -> {
                    throw trouble;
                });
            }
            if (deadline.passed()) {
                throw deadline.exceeded(PodTrouble.waitingFor(pod, events(name)));
            }
            if (seen.isPresent()) { // its agent does not listen yet; no event will tell when it does
                cluster.pods.await(name, now -> !now.equals(seen), Deadline.in("dial", BETWEEN_DIALS));
            }
        }
    }

    /** Something that can be dialled, or will never be. */
    private boolean worthALook(Optional<Pod> pod) {
        return pod.isEmpty()
                || PodState.of(pod.get()).phase() == PodState.Phase.RUNNING
                || (dialler.straight() && PodState.address(pod.get()).isPresent())
                || PodTrouble.hopeless(pod.get()).isPresent();
    }

    private boolean answers(Pod pod, SandboxKey key, Deadline deadline) throws InterruptedException {
        try (Link _ = Link.open(
                dialler.dial(pod, key, deadline), key.bytes(), "greeting", min(GREETING, deadline.left()), _ -> {})) {
            return true;
        } catch (IOException notYet) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("greeting the agent").initCause(notYet);
            }
            return false;
        }
    }

    /** Newest last; none when they may not be read. */
    private List<Event> events(String pod) {
        try {
            return cluster
                    .client
                    .v1()
                    .events()
                    .inNamespace(cluster.namespace)
                    .withField("involvedObject.name", pod)
                    .list()
                    .getItems()
                    .stream()
                    .sorted(Comparator.comparing(one -> one.getLastTimestamp() == null ? "" : one.getLastTimestamp()))
                    .toList();
        } catch (KubernetesClientException e) {
            return List.of();
        }
    }

    private interface Undo {
        void run() throws InterruptedException;
    }

    /** Not stopped by an interruption: that is one of the things that it cleans up after. */
    private static void cleanUp(Exception failure, Undo undo) {
        boolean interrupted = Thread.interrupted();
        try {
            undo.run();
        } catch (RuntimeException | InterruptedException e) {
            failure.addSuppressed(e); // the next inventory tries again
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
