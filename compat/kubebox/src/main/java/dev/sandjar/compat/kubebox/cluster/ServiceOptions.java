package dev.sandjar.compat.kubebox.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a sandbox's pod is reached.
 *
 * @param username whom it is for: the value of a label
 * @param ports besides 80
 * @param type from where
 */
public record ServiceOptions(Optional<String> username, List<Integer> ports, Type type) {
    /** From where a service is reached. */
    public enum Type {
        /** From anywhere, at an address of its own, for which most clouds take money. */
        LOAD_BALANCER("LoadBalancer"),
        /** From where nodes are reached, at a port of the node that has the pod. */
        NODE_PORT("NodePort"),
        /** From inside the cluster. */
        CLUSTER_IP("ClusterIP");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** As Kubernetes has it. */
        String word() {
            return word;
        }
    }

    /** Checks everything. */
    public ServiceOptions {
        username.ifPresent(name -> Names.label("username", name));
        ports = Names.ports(ports);
    }

    /**
     * A load balancer to port 80, as kubebox makes it.
     *
     * @return to be varied
     */
    public static ServiceOptions defaults() {
        return new ServiceOptions(Optional.empty(), List.of(), Type.LOAD_BALANCER);
    }

    /**
     * For somebody.
     *
     * @param name the value of a label
     * @return these options with it
     */
    public ServiceOptions withUsername(String name) {
        return new ServiceOptions(Optional.of(name), ports, type);
    }

    /**
     * With ports besides 80.
     *
     * @param numbers 1 to 65535, without 80
     * @return these options with them
     */
    public ServiceOptions withPorts(int... numbers) {
        return new ServiceOptions(username, Arrays.stream(numbers).boxed().toList(), type);
    }

    /**
     * Reached from elsewhere.
     *
     * @param where from
     * @return these options with it
     */
    public ServiceOptions withType(Type where) {
        return new ServiceOptions(username, ports, where);
    }
}
