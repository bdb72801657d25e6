package dev.sandjar.compat.kubebox.cluster;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The service of a sandbox's pod. */
final class ServiceManifest {
    private ServiceManifest() {}

    static String name(String podName) {
        return podName + "-service";
    }

    static Service of(String podName, String namespace, ServiceOptions options) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(name(podName))
                .withNamespace(namespace)
                .withLabels(PodManifest.labels(podName, options.username()))
                .endMetadata()
                .withNewSpec()
                .withSelector(Map.of(PodManifest.APP, podName))
                .withPorts(ports(options))
                .withType(options.type().word())
                .withExternalTrafficPolicy(traffic(options.type()))
                .endSpec()
                .build();
    }

    /** One that exists made like that; what the cluster has decided of it stays where it can. */
    static Service changed(Service existing, Service wanted) {
        return new ServiceBuilder(existing)
                .editMetadata()
                .addToLabels(wanted.getMetadata().getLabels())
                .endMetadata()
                .editSpec()
                .withSelector(wanted.getSpec().getSelector())
                .withPorts(wanted.getSpec().getPorts())
                .withType(wanted.getSpec().getType())
                .withExternalTrafficPolicy(wanted.getSpec().getExternalTrafficPolicy())
                .endSpec()
                .build();
    }

    private static List<ServicePort> ports(ServiceOptions options) {
        return Stream.concat(
                        Stream.of(port("api", Names.API_PORT)),
                        options.ports().stream().map(port -> port("dev-" + port, port)))
                .toList();
    }

    private static ServicePort port(String name, int number) {
        return new ServicePortBuilder()
                .withName(name)
                .withProtocol("TCP")
                .withPort(number)
                .withTargetPort(new IntOrString(number))
                .build();
    }

    /** Local: a network policy sees the client's address, not a node's. */
    private static @Nullable String traffic(ServiceOptions.Type type) {
        return switch (type) {
            case LOAD_BALANCER, NODE_PORT -> "Local";
            case CLUSTER_IP -> null;
        };
    }
}
