package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.AddressBook.Located;
import dev.sandjar.compat.kmetis.error.SandboxCreationException;
import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.pod.PodPlan;
import dev.sandjar.compat.kmetis.pod.SandboxPod;
import dev.sandjar.compat.kmetis.pod.SshServer;
import dev.sandjar.compat.kmetis.pod.Verdict;
import dev.sandjar.compat.kmetis.ssh.HostKey;
import io.fabric8.kubernetes.api.model.Pod;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * How a sandbox is made: its pod; the secret that the pod waits for, which the pod owns from the beginning, so that neither can stay without the
 * other; then its sshd's answer. Whatever fails, the caller's interruption too, both are gone afterwards.
 */
final class Creation {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int RANDOM_LETTERS =
            8; // a hundred thousand sandboxes in one second meet with a chance of 1 in 500
    private static final long FIRST_PAUSE = 10_000_000; // nanoseconds
    private static final long LONGEST_PAUSE = 250_000_000;

    private final Cluster cluster;
    private final Places places;
    private final Settings settings;
    private final SecureRandom random = new SecureRandom();

    Creation(Cluster cluster, Places places, Settings settings) {
        this.cluster = cluster;
        this.places = places;
        this.settings = settings;
    }

    SandboxHandle create(SandboxRequest request) throws InterruptedException {
        Optional<HostKey> hostKey =
                settings.server() instanceof SshServer.BroughtIn ? Optional.of(HostKey.generate()) : Optional.empty();
        PodPlan plan = plan(request, hostKey);
        try {
            Pod pod = cluster.create(settings.pod().apply(SandboxPod.of(plan)));
            cluster.create(SandboxPod.secret(
                    plan,
                    pod,
                    request.publicKey(),
                    hostKey.map(HostKey::privateText).orElse("")));
            Located at = awaitSshd(plan.id());
            return new SandboxHandle(
                    plan.id(),
                    at.address(),
                    at.port(),
                    Instant.parse(pod.getMetadata().getCreationTimestamp()));
        } catch (InterruptedException | SandboxCreationException e) {
            remove(plan.id(), e);
            throw e;
        } catch (RuntimeException e) {
            remove(plan.id(), e);
            String remedy = e instanceof SandboxException known ? known.remedy() : "see the cause";
            throw new SandboxCreationException(
                    "sandbox " + plan.id() + " could not be made: " + e.getMessage(), remedy, e);
        }
    }

    private PodPlan plan(SandboxRequest request, Optional<HostKey> hostKey) {
        return new PodPlan(
                newId(request.namePrefix()),
                request.image().orElse(settings.image()),
                request.cpu(),
                request.memory(),
                settings.server(),
                settings.login(),
                settings.port(),
                hostKey.map(HostKey::publicLine).orElse(""));
    }

    private String newId(String prefix) {
        var id = new StringBuilder(prefix + "-" + Instant.now().getEpochSecond() + "-");
        random.ints(RANDOM_LETTERS, 0, LETTERS.length()).forEach(letter -> id.append(LETTERS.charAt(letter)));
        return id.toString();
    }

    private Located awaitSshd(String id) throws InterruptedException {
        long end = System.nanoTime() + settings.startTimeout().toNanos();
        try (var watch = new PodWatch(cluster, id)) {
            Optional<String> failure = watch.awaitAddress(end - System.nanoTime());
            if (failure.isPresent()) {
                throw failed(id, failure.get());
            }
            Located at = places.find(id);
            long pause = FIRST_PAUSE;
            while (!Banner.isShown(at.address(), at.port())) {
                failure = watch.failureWithin(pause);
                if (failure.isPresent()) {
                    throw failed(id, failure.get());
                }
                if (System.nanoTime() >= end) {
                    throw new TimeoutException();
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
            return at;
        } catch (TimeoutException e) {
            throw late(id);
        }
    }

    private SandboxCreationException failed(String id, String why) throws InterruptedException {
        String log = cluster.lastWords(id);
        return new SandboxCreationException(
                "sandbox " + id + " could not be made: " + why + (log.isEmpty() ? "" : "; it said: " + log),
                settings.server() instanceof SshServer.OfImage
                        ? "check that the image exists and starts an sshd; into any other one it is brought: bringSsh(image)"
                        : "check that both images exist, and that the sandbox's has a shell",
                null);
    }

    private SandboxCreationException late(String id) throws InterruptedException {
        String waiting =
                cluster.sandbox(id).map(Verdict::of).map(Creation::inWords).orElse("its pod is gone");
        return new SandboxCreationException(
                "sandbox " + id + " was not ready within "
                        + settings.startTimeout().toMillis() / 1e3 + " seconds (startTimeout): " + waiting,
                "give it more time or less to do; where pods' addresses cannot be reached, say throughPortForward()",
                null);
    }

    private static String inWords(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Waiting(String what) -> what;
            case Verdict.Placed(String ip) -> "no sshd answers at its address " + ip;
            case Verdict.Hopeless(String why) -> why;
        };
    }

    private void remove(String id, Exception why) {
        try {
            places.forget(id);
            cluster.remove(id);
        } catch (RuntimeException alsoThis) {
            why.addSuppressed(alsoThis);
        }
    }
}
