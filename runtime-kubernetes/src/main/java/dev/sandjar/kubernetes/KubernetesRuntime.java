package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Request;
import dev.sandjar.agent.Requests;
import dev.sandjar.kubernetes.claim.Claims;
import dev.sandjar.kubernetes.claim.Presence;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxPod;
import dev.sandjar.kubernetes.pod.Workspace;
import dev.sandjar.runtime.Capability;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxKey;
import dev.sandjar.runtime.SandboxRuntime;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Sandboxes on a cluster, a pod and a secret each, both called {@code sandjar-} and the id, unless another name is wished for the pod; a claim of that
 * name too where workspaces are kept, and no pod while it is stopped. All that is known is in the first two; looking at them costs no call, because watches tell of every change. Any number of processes may have one namespace open.
 *
 * <p>A spec that names none gets 512 MiB of memory and one processor.
 */
public final class KubernetesRuntime implements SandboxRuntime {

    private final Cluster cluster;
    private final Options options;
    private final Dialler dialler;
    private final Removal removal;
    private final Creation creation;
    private final Ground ground;
    private final ClusterImages images;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final TokenReviews tokens;
    private final Presence presence;
    private final Claims claims;
    private final Sight sight;
    private final Notes notes;
    private final Stopping stopping;
    private final Inventory inventory;
    private final Sweep sweep;

    private KubernetesRuntime(Cluster cluster, Options options) {
        this.cluster = cluster;
        this.options = options;
        this.dialler = new Dialler(cluster.client, options.dial(), options.insideCluster());
        this.removal = new Removal(cluster, dialler);
        this.creation = new Creation(cluster, options.pods(), dialler, options.capacityWait(), removal);
        this.ground = new Ground(cluster, options);
        this.images = new ClusterImages(cluster);
        this.tokens = new TokenReviews(cluster.client, options.tokenAudience());
        this.presence = new Presence(cluster.client, cluster.namespace, options.silence(), this::tidyUp);
        this.claims = new Claims(
                presence,
                cluster.secrets,
                cluster.secrets(),
                cluster.pods(),
                options.pods().longestLife());
        this.sight = new Sight(cluster, presence, claims);
        this.notes = new Notes(cluster, claims);
        this.stopping = new Stopping(cluster, notes, creation, removal);
        this.inventory = new Inventory(cluster, sight, removal);
        this.sweep = new Sweep(cluster, sight, removal);
    }

    private void tidyUp(Presence.Living living) {
        sweep.run(living);
        Thread.ofVirtual().name("ground").start(ground::renew);
    }

    static KubernetesRuntime open(Options options) {
        try {
            return new KubernetesRuntime(Cluster.open(options.connect(), options.namespace()), options);
        } catch (SandboxException e) {
            if (e.getCause() instanceof KubernetesClientException said
                    && said.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                throw forbidden(options, e);
            }
            throw e;
        }
    }

    /** All that is missing at once, for whoever asks for it. */
    private static SandboxException forbidden(Options options, SandboxException first) {
        try (KubernetesClient client = options.connect()) {
            return new SandboxException(
                    ErrorCode.PERMISSION_DENIED,
                    first.getMessage() + "; not allowed in namespace " + options.namespace() + ": "
                            + String.join(", ", new Doctor(client, options).missingPermissions()),
                    "give this account a Role with them, such as that of deploy/kustomize/base/access.yaml",
                    first);
        } catch (KubernetesClientException unknown) {
            return first;
        }
    }

    @Override
    public Set<Capability> capabilities() {
        var powers = EnumSet.of(
                Capability.FREEZE, Capability.SURVIVES_RESTART, Capability.MEMORY_LIMIT, Capability.CPU_LIMIT);
        if (keepsWorkspaces()) {
            powers.add(Capability.STOP);
        }
        if (!options.egress().isEmpty()) {
            powers.add(Capability.OUTBOUND_NETWORK);
        }
        return powers;
    }

    @Override
    public Placement create(SandboxId id, SandboxSpec spec, String record, Deadline deadline)
            throws InterruptedException {
        return create(id, spec, record, Optional.empty(), deadline);
    }

    private Placement create(SandboxId id, SandboxSpec spec, String record, Optional<String> holder, Deadline deadline)
            throws InterruptedException {
        refuseUnsupported(spec);
        Notes.checkLength(record);
        try {
            ground.prepare(deadline);
            creation.create(id, spec, record, holder, deadline);
        } catch (KubernetesClientException e) {
            throw e.getCode() == HttpURLConnection.HTTP_NOT_FOUND ? noNamespace(e) : Api.told("making the sandbox", e);
        }
        sight.heard(id);
        return sight.find(id)
                .orElseThrow(() -> SandboxException.sandboxNotFound(id)); // we were taken for dead meanwhile
    }

    private SandboxException noNamespace(KubernetesClientException e) {
        return new SandboxException(
                ErrorCode.START_FAILED,
                "namespace " + cluster.namespace + " is not there",
                "run: kubectl create namespace " + cluster.namespace,
                e);
    }

    private void refuseUnsupported(SandboxSpec spec) {
        SandboxPod.check(spec);
        if (spec.ttl().filter(ttl -> ttl.compareTo(longestLife()) > 0).isPresent()) {
            throw SandboxException.invalid(
                    "ttl",
                    spec.ttl().get().toSeconds(),
                    "at most " + longestLife().toSeconds() + " seconds, which is this cluster's longest-life");
        }
        if (spec.disk().isPresent()) {
            throw SandboxException.notSupported(
                    "a disk limit", "Kubernetes, which evicts instead of refusing", "leave it out");
        }
        if (spec.network().orElse(Network.NONE) != Network.NONE
                && options.egress().isEmpty()) {
            throw SandboxException.notSupported(
                    "network " + spec.network().orElseThrow(),
                    "this cluster's configuration",
                    "leave it out, or open the runtime with egress=CIDR,... for what may be reached");
        }
    }

    @Override
    public void record(SandboxId id, String record) {
        notes.record(id, record);
    }

    // ---- several servers at one namespace

    @Override
    public void attend(Consumer<SandboxId> changed) {
        cluster.secrets.tell(secret -> Marks.sandbox(secret).ifPresent(changed));
        cluster.pods.tell(pod -> Marks.sandbox(pod).ifPresent(changed));
        presence.start();
    }

    /** For tests: from now on this process says nothing, as one that is stopped or cut off. */
    void silence() {
        presence.silence();
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public boolean reaps() {
        return presence.reaps();
    }

    @Override
    public boolean claims() {
        return options.pods().podName().isEmpty() // which is one sandbox's at a time, so none is made ahead
                && presence.epoch().isPresent();
    }

    @Override
    public Placement createAhead(SandboxId id, SandboxSpec spec, String record, Deadline deadline)
            throws InterruptedException {
        String epoch = presence.epoch()
                .orElseThrow(() -> new SandboxException(
                        ErrorCode.UNAVAILABLE,
                        "the cluster's API server does not confirm that this server is there",
                        "try again later",
                        null));
        Placement made = create(id, spec, record, Optional.of(epoch), deadline);
        claims.made(id);
        return made;
    }

    @Override
    public void claim(SandboxId id, String record) {
        Notes.checkLength(record);
        claims.claim(id, record);
    }

    // ----

    @Override
    public Duration longestLife() {
        return options.pods().longestLife();
    }

    @Override
    public Optional<Placement> find(SandboxId id) {
        return sight.find(id);
    }

    @Override
    public SocketChannel dial(Placement placement, Deadline deadline) throws IOException {
        Pod pod =
                cluster.pod(placement.id()).orElseThrow(() -> new NoRouteToHostException("the sandbox's pod is gone"));
        return dialler.dial(pod, placement.key(), deadline);
    }

    /** It is noted first: a frozen sandbox that is not known to be one would stay so. */
    @Override
    public void freeze(SandboxId id, Deadline deadline) throws InterruptedException {
        Placement placement = existing(id);
        notes.mark(id, Marks.FROZEN, true);
        tell(placement, Requests.freeze(), "freezing the sandbox", deadline);
    }

    @Override
    public void thaw(SandboxId id, Deadline deadline) throws InterruptedException {
        tell(existing(id), Requests.thaw(), "thawing the sandbox", deadline);
        notes.mark(id, Marks.FROZEN, false);
    }

    private boolean keepsWorkspaces() {
        return options.pods().workspace() instanceof Workspace.Own;
    }

    private void requireKeptWorkspaces() {
        if (!keepsWorkspaces()) {
            throw SandboxException.notSupported(
                    "keeping a workspace while nothing runs",
                    "this cluster's configuration",
                    "pause it instead, or set sandjar.kubernetes.workspace-size (option workspace-size)");
        }
    }

    @Override
    public void stop(SandboxId id, Deadline deadline) throws InterruptedException {
        requireKeptWorkspaces();
        existing(id);
        stopping.stop(id, deadline);
    }

    @Override
    public void start(SandboxId id, SandboxSpec spec, Deadline deadline) throws InterruptedException {
        requireKeptWorkspaces();
        refuseUnsupported(spec); // the configuration may be another since
        ground.prepare(deadline);
        stopping.start(id, spec, deadline);
    }

    private Placement existing(SandboxId id) {
        return find(id).orElseThrow(() -> SandboxException.sandboxNotFound(id));
    }

    private void tell(Placement placement, Request request, String doing, Deadline deadline)
            throws InterruptedException {
        SandboxKey key = placement.key();
        try (Link link = Link.open(dial(placement, deadline), key.bytes(), "runtime", deadline.left(), _ -> {})) {
            link.open(request).reply(deadline.left());
        } catch (IOException | AgentException e) {
            if (deadline.passed()) {
                throw deadline.exceeded(doing);
            }
            throw SandboxException.lost(placement.id(), "its agent does not answer", e);
        }
    }

    @Override
    public void destroy(SandboxId id, Deadline deadline) throws InterruptedException {
        if (!claims.settle(id, deadline.left())) {
            throw deadline.exceeded("removing sandbox " + id + ", whose owner is not written down yet,");
        }
        removal.destroy(id, deadline);
        sight.forget(id);
        claims.forget(id);
    }

    @Override
    public List<Placement> inventory(Deadline deadline) throws InterruptedException {
        return inventory.take(deadline);
    }

    @Override
    public Optional<String> owner(String token) {
        return tokens.owner(token);
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public List<Finding> doctor() {
        return new Doctor(cluster.client, options).examine();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            claims.close();
            presence.close();
            cluster.close();
        }
    }
}
