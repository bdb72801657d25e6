package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.AddressBook.Located;
import dev.sandjar.compat.kmetis.error.SandboxNotFoundException;
import dev.sandjar.compat.kmetis.pod.Marks;
import dev.sandjar.compat.kmetis.pod.SandboxPod;
import dev.sandjar.compat.kmetis.ssh.HostKey;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Where the cluster says that sandboxes are; where pods' addresses cannot be reached, a port of this machine for each, forwarded by the API server. */
final class Places implements AddressBook.Lookup, AutoCloseable {
    private record Forward(String podUid, LocalPortForward way) {
        boolean leadsTo(Located pod) {
            return podUid.equals(pod.podUid()) && way.isAlive();
        }
    }

    private final Cluster cluster;
    private final int usualPort;
    private final boolean forwarded;
    private final Map<String, Forward> forwards = new ConcurrentHashMap<>();

    /** @param usualPort of pods that name none */
    Places(Cluster cluster, int usualPort, boolean forwarded) {
        this.cluster = cluster;
        this.usualPort = usualPort;
        this.forwarded = forwarded;
    }

    @Override
    public Located find(String id) throws InterruptedException {
        Pod pod = cluster.sandbox(id).orElseThrow(() -> SandboxNotFoundException.of(id, cluster.namespace));
        String ip = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
        if (ip == null || ip.isEmpty()) {
            throw SandboxNotFoundException.withoutAddress(
                    id, pod.getStatus() == null ? "Pending" : pod.getStatus().getPhase());
        }
        int port = port(pod);
        var direct = new Located(
                pod.getMetadata().getUid(), ip, port, Marks.hostKey(pod).map(HostKey::parse));
        return forwarded ? forward(id, direct) : direct;
    }

    private int port(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(one -> one.getName().equals(SandboxPod.CONTAINER))
                .map(Container::getPorts)
                .flatMap(ports -> ports.stream().limit(1))
                .map(ContainerPort::getContainerPort)
                .findFirst()
                .orElse(usualPort);
    }

    /** The same as long as the pod is: connections go through it. */
    private Located forward(String id, Located direct) {
        InetAddress here = InetAddress.getLoopbackAddress();
        Forward forward = forwards.compute(id, (_, there) -> {
            if (there != null && there.leadsTo(direct)) {
                return there;
            }
            close(there);
            return new Forward(direct.podUid(), cluster.pod(id).portForward(direct.port(), here, 0));
        });
        return new Located(direct.podUid(), here.getHostAddress(), forward.way().getLocalPort(), direct.hostKey());
    }

    void forget(String id) {
        close(forwards.remove(id));
    }

    private static void close(@Nullable Forward forward) {
        if (forward == null) {
            return;
        }
        try {
            forward.way().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        forwards.keySet().forEach(this::forget);
    }
}
