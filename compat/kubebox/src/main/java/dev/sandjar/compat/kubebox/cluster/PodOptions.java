package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What a sandbox's pod is like.
 *
 * @param image has a server of the kubebox protocol that listens on port 80
 * @param username whom it is for: the value of a label
 * @param ports that what runs in it may serve, besides 80
 * @param publicKey where the key lies by which its server knows its clients
 * @param cpu that it gets and may not exceed, as Kubernetes writes it: {@code 1}, {@code 500m}
 * @param memory that it gets and may not exceed: {@code 2Gi}
 * @param runAs the user's number under which everything in it runs; the image's own user when empty
 * @param change made to the pod before it is: a node selector, a pull secret, a capability; its name must stay
 */
public record PodOptions(
        String image,
        Optional<String> username,
        List<Integer> ports,
        Optional<KeySecret> publicKey,
        String cpu,
        String memory,
        OptionalLong runAs,
        UnaryOperator<Pod> change) {
    /** What kubebox uses. */
    public static final String DEFAULT_IMAGE = "speckai/sandbox:latest";

    private static final long LAST_UID = 1L << 30;

    /**
     * An entry of a secret, which the sandbox's server gets as a variable of its environment.
     *
     * @param secret its name
     * @param key of the entry, and name of the variable
     */
    public record KeySecret(String secret, String key) {
        /** Checks both. */
        public KeySecret {
            Names.name("secret name", secret);
            Names.variable(key);
        }
    }

    /** Checks everything. */
    public PodOptions {
        if (image.isBlank()) {
            throw KubeboxException.invalid("image", "blank", "a reference such as " + DEFAULT_IMAGE);
        }
        username.ifPresent(name -> Names.label("username", name));
        ports = Names.ports(ports);
        quantity("cpu", cpu);
        quantity("memory", memory);
        if (runAs.isPresent() && (runAs.getAsLong() < 1 || runAs.getAsLong() > LAST_UID)) {
            throw KubeboxException.invalid("runAs", runAs.getAsLong(), "1 to " + LAST_UID);
        }
    }

    private static void quantity(String what, String value) {
        try {
            if (Quantity.getAmountInBytes(new Quantity(value)).signum() > 0) {
                return;
            }
        } catch (IllegalArgumentException | ArithmeticException none) {
            // told below
        }
        throw KubeboxException.invalid(what, value, "a quantity above 0 such as 500m or 2Gi");
    }

    /**
     * kubebox's image, one processor, 2 GiB.
     *
     * @return to be varied
     */
    public static PodOptions defaults() {
        return new PodOptions(
                DEFAULT_IMAGE,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                "1",
                "2Gi",
                OptionalLong.empty(),
                UnaryOperator.identity());
    }

    /**
     * In another image.
     *
     * @param reference as the cluster's nodes understand it
     * @return these options with it
     */
    public PodOptions withImage(String reference) {
        return new PodOptions(reference, username, ports, publicKey, cpu, memory, runAs, change);
    }

    /**
     * For somebody.
     *
     * @param name the value of a label
     * @return these options with it
     */
    public PodOptions withUsername(String name) {
        return new PodOptions(image, Optional.of(name), ports, publicKey, cpu, memory, runAs, change);
    }

    /**
     * With ports besides 80.
     *
     * @param numbers 1 to 65535, without 80
     * @return these options with them
     */
    public PodOptions withPorts(int... numbers) {
        return new PodOptions(
                image, username, Arrays.stream(numbers).boxed().toList(), publicKey, cpu, memory, runAs, change);
    }

    /**
     * With a key by which its server knows its clients; see {@link Kubebox#createSecret}.
     *
     * @param secret its name
     * @param key of its entry, and name of the variable that the server gets
     * @return these options with it
     */
    public PodOptions withPublicKey(String secret, String key) {
        return new PodOptions(
                image, username, ports, Optional.of(new KeySecret(secret, key)), cpu, memory, runAs, change);
    }

    /**
     * With other limits.
     *
     * @param cpus such as {@code 500m}
     * @param bytes such as {@code 512Mi}
     * @return these options with them
     */
    public PodOptions withResources(String cpus, String bytes) {
        return new PodOptions(image, username, ports, publicKey, cpus, bytes, runAs, change);
    }

    /**
     * With nothing in it running as root; its image must be able to serve port 80 so.
     *
     * @param uid the user's number, and the group's
     * @return these options with it
     */
    public PodOptions withRunAs(long uid) {
        return new PodOptions(image, username, ports, publicKey, cpu, memory, OptionalLong.of(uid), change);
    }

    /**
     * With a change to the pod, after those that were said before.
     *
     * @param next gets the pod, gives another
     * @return these options with it
     */
    public PodOptions withChange(UnaryOperator<Pod> next) {
        return new PodOptions(
                image, username, ports, publicKey, cpu, memory, runAs, pod -> next.apply(change.apply(pod)));
    }
}
