package dev.sandjar.kubernetes.claim;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.kubernetes.watch.Watched;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hands out what this process made ahead: in memory, and in the cluster a moment later. The write takes the sandbox from us by our epoch:
 * whoever took us for dead and was faster makes it fail, and then the sandbox is theirs to remove.
 */
public final class Claims implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Claims.class.getName());
    private static final int UNPROCESSABLE = 422; // what it was tested for is not so
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LAST_WRITES = Duration.ofSeconds(10);

    private final Presence presence;
    private final Watched<Secret> known;
    private final NonNamespaceOperation<Secret, ?, Resource<Secret>> secrets;
    private final NonNamespaceOperation<Pod, ?, PodResource> pods;
    private final Duration longestLife;
    private final Map<SandboxId, Long> madeAt = new ConcurrentHashMap<>(); // by a clock that nobody sets
    private final Map<SandboxId, Claim> writing = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private record Claim(String epoch, String record, Duration age, CountDownLatch over) {}

    /**
     * For what was made ahead by us.
     *
     * @param longestLife of a sandbox from its claim on
     */
    public Claims(
            Presence presence,
            Watched<Secret> known,
            NonNamespaceOperation<Secret, ?, Resource<Secret>> secrets,
            NonNamespaceOperation<Pod, ?, PodResource> pods,
            Duration longestLife) {
        this.presence = presence;
        this.known = known;
        this.secrets = secrets;
        this.pods = pods;
        this.longestLife = longestLife;
    }

    /** It is ready to be claimed. */
    public void made(SandboxId id) {
        madeAt.put(id, System.nanoTime());
    }

    /** It is no more. */
    public void forget(SandboxId id) {
        madeAt.remove(id);
    }

    /**
     * Gives it to its owner.
     *
     * @throws SandboxException {@code UNAVAILABLE} when it is not ours, or not ours any more, to hand out; also to all but one of several callers
     */
    public void claim(SandboxId id, String record) {
        String epoch = presence.epoch().orElseThrow(Claims::tooLate);
        boolean ours = known.get(Marks.name(id)).flatMap(SandboxSecret::holder).equals(Optional.of(epoch));
        Long since = ours ? madeAt.remove(id) : null; // of several callers one gets it
        if (since == null) {
            throw tooLate();
        }
        var claim = new Claim(epoch, record, Duration.ofNanos(System.nanoTime() - since), new CountDownLatch(1));
        writing.put(id, claim);
        Thread.ofVirtual().name("claim-" + id).start(() -> write(id, claim));
    }

    /** The notes of one that is handed out and not written yet. */
    public Optional<String> record(SandboxId id) {
        return Optional.ofNullable(writing.get(id)).map(Claim::record);
    }

    /** Waits until what was handed out is written too, or turns out to be somebody else's; false when time is up. */
    public boolean settle(SandboxId id, Duration limit) throws InterruptedException {
        Claim claim = writing.get(id);
        return claim == null || claim.over().await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void write(SandboxId id, Claim claim) {
        Duration pause = FIRST_PAUSE;
        while (!tried(id, claim)) {
            try {
                if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    finish(id, claim); // the sandbox goes with us
                    return;
                }
            } catch (InterruptedException nobodyInterruptsIt) {
                return;
            }
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Whether it is over, in one way or the other. */
    private boolean tried(SandboxId id, Claim claim) {
        try {
            pods.withName(Marks.name(id))
                    .patch(PatchContext.of(PatchType.JSON_MERGE), SandboxPod.ending(claim.age(), longestLife));
            known.wrote(secrets.withName(Marks.name(id))
                    .patch(PatchContext.of(PatchType.JSON), SandboxSecret.claiming(claim.epoch(), claim.record())));
            finish(id, claim);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() != UNPROCESSABLE && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                return false;
            }
            if (!writtenBefore(id, claim)) {
                LOG.log(WARNING, "sandbox {0} was handed out too late: others had taken this server for dead", id);
            }
            finish(id, claim);
            return true;
        }
    }

    /** The client repeats what was answered by a cut. */
    private boolean writtenBefore(SandboxId id, Claim claim) {
        try {
            Secret there = secrets.withName(Marks.name(id)).get();
            boolean ours = there != null
                    && SandboxSecret.holder(there).isEmpty()
                    && SandboxSecret.record(there).equals(claim.record());
            if (ours) {
                known.wrote(there);
            }
            return ours;
        } catch (KubernetesClientException unknown) {
            return false;
        }
    }

    private void finish(SandboxId id, Claim claim) {
        writing.remove(id, claim);
        claim.over().countDown();
    }

    private static SandboxException tooLate() {
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                "this server cannot prove that the sandbox is its own to hand out",
                "try again later",
                null);
    }

    /** Waits a little for what is being written. */
    @Override
    public void close() {
        long end = System.nanoTime() + LAST_WRITES.toNanos();
        try {
            for (SandboxId id : writing.keySet()) {
                settle(id, Duration.ofNanos(end - System.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed.countDown();
    }
}
