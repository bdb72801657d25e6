package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceStatus;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyList;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.ServiceResource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A service, as a name: it may be gone. */
public final class KubeboxService {
    private static final Duration USUAL = Duration.ofMinutes(5); // clouds take their time
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final String name;
    private final String namespace;
    private final Calls calls;

    KubeboxService(String name, String namespace, Calls calls) {
        this.name = name;
        this.namespace = namespace;
        this.calls = calls;
    }

    /**
     * What it is called.
     *
     * @return the service's name
     */
    public String name() {
        return name;
    }

    /**
     * Where it is.
     *
     * @return the namespace
     */
    public String namespace() {
        return namespace;
    }

    /**
     * Waits for five minutes at most until it has an address.
     *
     * @return the address
     * @throws WaitLimitException when it has none then
     * @throws InterruptedException when the caller is interrupted
     */
    public ServiceAddress waitUntilReady() throws InterruptedException {
        return address(USUAL, "the limit of waitUntilReady");
    }

    /**
     * Waits until it has an address.
     *
     * @param limit for how long at most
     * @return the address
     * @throws WaitLimitException when it has none then
     * @throws InterruptedException when the caller is interrupted
     */
    public ServiceAddress waitUntilReady(Duration limit) throws InterruptedException {
        return address(limit, "the limit of waitUntilReady");
    }

    /**
     * Its address, which should be there within five seconds.
     *
     * @return the address
     * @throws WaitLimitException when it has none then
     * @throws InterruptedException when the caller is interrupted
     */
    public ServiceAddress externalAddress() throws InterruptedException {
        return externalAddress(SHORT);
    }

    /**
     * Its address: that of its load balancer, or of the node that has its pod, or the one inside the cluster, as it was made.
     *
     * @param limit for how long it is waited for at most
     * @return the address
     * @throws WaitLimitException when it has none then
     * @throws InterruptedException when the caller is interrupted
     */
    public ServiceAddress externalAddress(Duration limit) throws InterruptedException {
        return address(limit, "the limit of externalAddress");
    }

    private ServiceAddress address(Duration limit, String limitName) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        Service service = reachable(limit, limitName);
        return switch (service.getSpec().getType()) {
            case "ClusterIP" ->
                new ServiceAddress(
                        service.getSpec().getClusterIP(), api(service).getPort());
            case "NodePort" -> {
                String node = node(service, end - System.nanoTime(), limit, limitName);
                yield new ServiceAddress(node, api(service).getNodePort());
            }
            default ->
                new ServiceAddress(
                        balancer(service).orElseThrow(this::gone), api(service).getPort());
        };
    }

    /** The service, with an address of its load balancer if it is to have one. */
    private Service reachable(Duration limit, String limitName) throws InterruptedException {
        var last = new AtomicReference<>("the cluster has not told of it");
        var found = resource().informOnCondition(services -> {
            last.set("no load balancer has given it one");
            return services.stream()
                    .allMatch(
                            service -> !isBalanced(service) || balancer(service).isPresent());
        });
        try {
            return calls.await("watching " + this, found, limit).stream()
                    .findFirst()
                    .orElseThrow(this::gone);
        } catch (TimeoutException e) {
            throw new WaitLimitException(
                    this + " has no address: " + last.get(),
                    limit,
                    limitName,
                    "wait longer; on a cluster without load balancers make it a NODE_PORT or a CLUSTER_IP");
        }
    }

    private static boolean isBalanced(Service service) {
        return ServiceOptions.Type.LOAD_BALANCER.word().equals(service.getSpec().getType());
    }

    private static Optional<String> balancer(Service service) {
        return Optional.ofNullable(service.getStatus()).map(ServiceStatus::getLoadBalancer).stream()
                .flatMap(balancer -> balancer.getIngress().stream())
                .map(KubeboxService::host)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> host(LoadBalancerIngress ingress) {
        return Optional.ofNullable(ingress.getIp()).or(() -> Optional.ofNullable(ingress.getHostname()));
    }

    private String node(Service service, long nanos, Duration limit, String limitName) throws InterruptedException {
        var placed = calls.client
                .pods()
                .inNamespace(namespace)
                .withLabels(selector(service))
                .informOnCondition(pods -> pods.stream().anyMatch(KubeboxService::isPlaced));
        try {
            return calls.await("watching the pod of " + this, placed, Duration.ofNanos(nanos)).stream()
                    .filter(KubeboxService::isPlaced)
                    .map(pod -> pod.getStatus().getHostIP())
                    .findFirst()
                    .orElseThrow(this::gone);
        } catch (TimeoutException e) {
            throw new WaitLimitException(
                    this + " has no address: no node has a pod of it",
                    limit,
                    limitName,
                    "make its pod, or wait longer");
        }
    }

    private static boolean isPlaced(Pod pod) {
        return pod.getStatus() != null && pod.getStatus().getHostIP() != null;
    }

    private ServicePort api(Service service) {
        return service.getSpec().getPorts().stream()
                .filter(port -> port.getPort() == Names.API_PORT)
                .findFirst()
                .orElseThrow(() -> KubeboxException.invalid(
                        this.toString(), "without port 80", "one that createService has made"));
    }

    /**
     * Lets its pod speak with these addresses, in both directions, and with nobody else; a name server counts as one. The cluster must have a network
     * that enforces policies. What was said before is replaced. Said before the pod is made, it holds from the pod's first moment.
     *
     * @param allowed addresses such as {@code 203.0.113.7}, or blocks such as {@code 10.1.0.0/16}; nobody when empty
     * @throws ClusterException when the cluster does not do it
     */
    public void updateNetworkPolicy(List<String> allowed) {
        NetworkPolicy policy = PolicyManifest.of(name, namespace, selector(service()), allowed);
        calls.ask(
                "changing network policy " + PolicyManifest.name(name) + " in " + namespace,
                () -> policies().resource(policy).createOr(NonDeletingOperation::update));
    }

    /** By which it finds its pod; without one it would be about every pod of the namespace. */
    private Map<String, String> selector(Service service) {
        Map<String, String> selector = service.getSpec().getSelector();
        if (selector == null || selector.isEmpty()) {
            throw KubeboxException.invalid(toString(), "without a selector", "one that createService has made");
        }
        return selector;
    }

    private Service service() {
        return Optional.ofNullable(calls.ask("reading " + this, () -> resource().get()))
                .orElseThrow(this::gone);
    }

    private ClusterException gone() {
        return new ClusterException(
                this + " is not there", HttpURLConnection.HTTP_NOT_FOUND, "make it: createService", null);
    }

    /**
     * Removes it. Its network policy goes with it, or, where its pod is still there, with the pod: as long as something runs it stays confined.
     *
     * @return false when there was no such service
     * @throws ClusterException when the cluster does not do it
     */
    public boolean destroy() {
        boolean there = calls.ask("deleting " + this, () -> !resource().delete().isEmpty());
        calls.ask("deleting the network policy of " + this, this::leavePolicy);
        return there;
    }

    private boolean leavePolicy() {
        NetworkPolicy policy = policies().withName(PolicyManifest.name(name)).get();
        if (policy == null) {
            return false;
        }
        List<Pod> confined = calls.client
                .pods()
                .inNamespace(namespace)
                .withLabelSelector(policy.getSpec().getPodSelector())
                .list()
                .getItems();
        if (confined.isEmpty()) {
            policies().resource(policy).delete();
        } else {
            policies().resource(PolicyManifest.ownedBy(policy, confined)).update();
        }
        return true;
    }

    private NonNamespaceOperation<NetworkPolicy, NetworkPolicyList, Resource<NetworkPolicy>> policies() {
        return calls.client.network().v1().networkPolicies().inNamespace(namespace);
    }

    private ServiceResource<Service> resource() {
        return calls.client.services().inNamespace(namespace).withName(name);
    }

    @Override
    public String toString() {
        return "service " + name + " in " + namespace;
    }
}
