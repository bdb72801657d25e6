package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** With whom the pods behind a service may speak: these addresses, in both directions, and nobody else. */
final class PolicyManifest {
    private static final int MOST = 1000;

    private PolicyManifest() {}

    static String name(String service) {
        return service + "-network-policy";
    }

    /**
     * Makes it.
     *
     * @param selector the service's, so that the policy is about the same pods
     */
    static NetworkPolicy of(String service, String namespace, Map<String, String> selector, List<String> allowed) {
        if (allowed.size() > MOST) {
            throw KubeboxException.invalid("allowed addresses", allowed.size(), "at most " + MOST);
        }
        List<NetworkPolicyPeer> peers =
                allowed.stream().map(PolicyManifest::peer).toList();
        var policy = new NetworkPolicyBuilder()
                .withNewMetadata()
                .withName(name(service))
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(selector)
                .endPodSelector()
                .withPolicyTypes("Ingress", "Egress");
        if (!peers.isEmpty()) { // a rule without peers would allow everybody, no rule allows nobody
            policy.addNewIngress()
                    .withFrom(peers)
                    .endIngress()
                    .addNewEgress()
                    .withTo(peers)
                    .endEgress();
        }
        return policy.endSpec().build();
    }

    /** The same, which the cluster removes once the last of these is gone. */
    static NetworkPolicy ownedBy(NetworkPolicy policy, List<Pod> pods) {
        return new NetworkPolicyBuilder(policy)
                .editMetadata()
                .withOwnerReferences(pods.stream().map(PolicyManifest::owner).toList())
                .endMetadata()
                .build();
    }

    private static OwnerReference owner(Pod pod) {
        return new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .build();
    }

    private static NetworkPolicyPeer peer(String allowed) {
        return new NetworkPolicyPeerBuilder()
                .withNewIpBlock()
                .withCidr(block(allowed))
                .endIpBlock()
                .build();
    }

    /** An address means itself. */
    private static String block(String allowed) {
        String[] parts = allowed.split("/", 2);
        try {
            InetAddress address = InetAddress.ofLiteral(parts[0]);
            int bits = address instanceof Inet4Address ? 32 : 128;
            int prefix = parts.length == 1 ? bits : Integer.parseInt(parts[1]);
            if (prefix >= 0 && prefix <= bits) {
                return address.getHostAddress() + "/" + prefix;
            }
        } catch (IllegalArgumentException none) {
            // told below
        }
        throw KubeboxException.invalid(
                "allowed address",
                '"' + allowed + '"',
                "an address such as 203.0.113.7, or a block such as 10.1.0.0/16");
    }
}
