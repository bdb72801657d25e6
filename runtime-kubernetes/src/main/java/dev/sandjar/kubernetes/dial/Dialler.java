package dev.sandjar.kubernetes.dial;

import dev.sandjar.SandboxException;
import dev.sandjar.agent.Link;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.SandboxKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Connects to agents, by the way that was configured or by the one that works: inside a cluster its pods' addresses, outside them too if an
 * agent proves itself there, else port-forward. What was found out once holds while the runtime is open.
 */
public final class Dialler {
    private static final Duration LONGEST_TRY = Duration.ofSeconds(1);

    private final Reach byAddress = new PodAddress();
    private final Reach byForward;
    private volatile @Nullable Reach decided;

    /** How it is to be done. */
    public enum Way {
        /** Found out. */
        AUTO,
        /** By the pod's address. */
        POD_ADDRESS,
        /** By the API server's port-forward. */
        PORT_FORWARD;

        /** Reads {@code auto}, {@code pod-address}, {@code port-forward}. */
        public static Way parse(String text) {
            for (Way way : values()) {
                if (way.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
                    return way;
                }
            }
            throw SandboxException.invalid("dial", text, "auto, pod-address or port-forward");
        }
    }

    /** For one cluster. */
    public Dialler(KubernetesClient client, Way way, boolean insideCluster) {
        this.byForward = new PortForwarding(client);
        this.decided = switch (way) {
            case AUTO -> insideCluster ? byAddress : null;
            case POD_ADDRESS -> byAddress;
            case PORT_FORWARD -> byForward;
        };
    }

    /** Whether the pod's address is dialled, so that it makes sense to try before the kubelet has said that the agent runs. */
    public boolean straight() {
        return decided instanceof PodAddress;
    }

    /**
     * Connects to the agent of a pod.
     *
     * @throws IOException it cannot be reached
     * @throws dev.sandjar.SandboxException {@code DEADLINE_EXCEEDED}
     */
    public SocketChannel dial(Pod pod, SandboxKey key, Deadline deadline) throws IOException {
        deadline.check("connecting to the sandbox");
        Reach way = decided;
        if (way != null) {
            return way.connect(pod, deadline);
        }
        way = answersAtItsAddress(pod, key) ? byAddress : byForward;
        SocketChannel connected = way.connect(pod, deadline); // a dead pod answers in neither way, and decides nothing
        decided = way;
        return connected;
    }

    /** A machine of another network may have that address: only the agent's proof counts. */
    private boolean answersAtItsAddress(Pod pod, SandboxKey key) {
        try (Link _ = Link.open(
                byAddress.connect(pod, Deadline.in("dial", LONGEST_TRY)), key.bytes(), "probe", LONGEST_TRY, _ -> {})) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
