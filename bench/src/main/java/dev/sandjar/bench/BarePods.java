package dev.sandjar.bench;

import dev.sandjar.testing.RealCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The yardstick: pods of the same image with the same resources, whose program listens on a port; nothing of ours in them. */
final class BarePods implements AutoCloseable {
    private static final int PORT = 47_001;
    private static final String LISTEN =
            "import socket; s = socket.create_server(('', " + PORT + "))\nwhile True: s.accept()[0].close()";

    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, CompletableFuture<String>> addresses = new ConcurrentHashMap<>();
    private final Watch watch;

    BarePods(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        watch = client.pods().inNamespace(namespace).withLabel("bare").watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                String address =
                        pod.getStatus() == null ? null : pod.getStatus().getPodIP();
                if (address != null && !address.isEmpty()) {
                    address(pod.getMetadata().getName()).complete(address);
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                addresses.values().forEach(address -> address.completeExceptionally(cause));
            }
        });
    }

    private CompletableFuture<String> address(String name) {
        return addresses.computeIfAbsent(name, _ -> new CompletableFuture<>());
    }

    /** Returns when its port answers; its name. */
    String create() throws Exception {
        String name = "bare-" + UUID.randomUUID();
        client.pods().inNamespace(namespace).resource(pod(name)).create();
        String address = address(name).get(60, TimeUnit.SECONDS);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!answers(address)) {
            if (System.nanoTime() > end) {
                throw new IOException(name + " does not listen");
            }
            LockSupport.parkNanos(2_000_000);
        }
        return name;
    }

    private static boolean answers(String address) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, PORT), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("bare", "true")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .addNewContainer()
                .withName("c")
                .withImage(RealCluster.image())
                .withImagePullPolicy("IfNotPresent")
                .withCommand("python3", "-c", LISTEN)
                .withNewResources()
                .addToRequests("cpu", new Quantity("10m"))
                .addToRequests("memory", new Quantity("128Mi"))
                .addToLimits("cpu", new Quantity("1"))
                .addToLimits("memory", new Quantity("512Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    void delete(String name) {
        client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
    }

    @Override
    public void close() {
        watch.close();
    }
}
