package dev.sandjar.kubernetes;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.SandboxException;
import dev.sandjar.agent.AgentBinary;
import dev.sandjar.kubernetes.pod.AgentSource;
import dev.sandjar.kubernetes.pod.Walls;
import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/** What sandboxes of a namespace share: the walls of their network, and the agent where a config map brings it. Made before the first sandbox. */
final class Ground {
    private static final System.Logger LOG = System.getLogger(Ground.class.getName());
    private static final int SILENCES = 4; // a minute by default
    private static final Duration RENEWAL = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Options options;
    private final Duration often;
    private long preparedAt; // guarded by this; 0: not yet

    Ground(Cluster cluster, Options options) {
        this.cluster = cluster;
        this.options = options;
        this.often = options.silence().multipliedBy(SILENCES);
    }

    /** Makes again now and then what somebody may have taken away; on a thread that may wait. */
    synchronized void renew() {
        if (preparedAt != 0 && System.nanoTime() - preparedAt > often.toNanos()) {
            preparedAt = 0; // whoever creates next tries again, and is told why where it fails
            try {
                prepare(Deadline.in("create", RENEWAL));
            } catch (KubernetesClientException | SandboxException e) {
                LOG.log(
                        WARNING,
                        "the walls of the sandboxes' network could not be looked after; the next create does",
                        e);
            }
        }
    }

    /** Errors: as {@link Api#told}. */
    synchronized void prepare(Deadline deadline) {
        if (preparedAt != 0) {
            return;
        }
        for (NetworkPolicy wall : Walls.of(options.egress())) {
            Api.call(
                    "making the network policy",
                    deadline,
                    () -> put(cluster.client
                            .network()
                            .v1()
                            .networkPolicies()
                            .inNamespace(cluster.namespace)
                            .resource(wall)));
        }
        if (options.egress().isEmpty()) { // an earlier configuration may have opened some
            Api.call(
                    "removing the network policy of what was allowed before",
                    deadline,
                    () -> cluster.client
                            .network()
                            .v1()
                            .networkPolicies()
                            .inNamespace(cluster.namespace)
                            .withName(Walls.OUTBOUND)
                            .delete());
        }
        if (options.pods().agent() instanceof AgentSource.ConfigMapped(String name)) {
            Api.call(
                    "making the agent's config map",
                    deadline,
                    () -> put(cluster.client
                            .configMaps()
                            .inNamespace(cluster.namespace)
                            .resource(agent(name, options.architecture()))));
        }
        preparedAt = System.nanoTime();
    }

    /** Like what is there already, or in its place. */
    private static <T extends HasMetadata> T put(Resource<T> wanted) {
        try {
            return wanted.create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
            return wanted.update();
        }
    }

    /** Its name says what is in it, so that sandboxes of an older release keep theirs. */
    static String configMapName(String architecture) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(binary(architecture));
            return "sandjar-agent-" + HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw SandboxException.internal("naming the agent", e);
        }
    }

    private static ConfigMap agent(String name, String architecture) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(Map.of("app.kubernetes.io/managed-by", "sandjar"))
                .endMetadata()
                .withImmutable(true) // kubelets need not watch it
                .withBinaryData(Map.of("agent", Base64.getEncoder().encodeToString(binary(architecture))))
                .build();
    }

    private static byte[] binary(String architecture) {
        try {
            return AgentBinary.content(architecture);
        } catch (IOException e) {
            throw SandboxException.internal("reading the agent", e);
        }
    }
}
