package dev.sandjar.kubernetes.pod;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import java.util.List;
import java.util.Map;

/** What sandboxes may reach, and who may reach them: nothing and nobody, but for the server on the agent's port. */
public final class Walls {
    private static final Map<String, String> SERVER = Map.of("app.kubernetes.io/name", "sandjar");

    private static final Map<String, String> CLUSTER_DNS = Map.of("k8s-app", "kube-dns"); // CoreDNS has that label too
    private static final String NODE_DNS = "169.254.20.10/32"; // where NodeLocal DNSCache listens

    /** The policy of those that may reach some networks. */
    public static final String OUTBOUND = "sandjar-outbound";

    private Walls() {}

    /** One policy for all sandboxes, and one for those that may reach some networks. */
    public static List<NetworkPolicy> of(List<String> egress) {
        NetworkPolicy closed =
                policy("sandjar-closed", Map.of(), List.of("Ingress", "Egress"), List.of(fromServer()), List.of());
        if (egress.isEmpty()) {
            return List.of(closed);
        }
        return List.of(
                closed,
                policy(
                        OUTBOUND,
                        Map.of(Marks.NETWORK, "outbound"),
                        List.of("Egress"),
                        List.of(),
                        List.of(to(egress), toNames())));
    }

    private static NetworkPolicy policy(
            String name,
            Map<String, String> labels,
            List<String> types,
            List<NetworkPolicyIngressRule> ingress,
            List<NetworkPolicyEgressRule> egress) {
        return new NetworkPolicyBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(Map.of("app.kubernetes.io/managed-by", "sandjar"))
                .endMetadata()
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(labels)
                .addNewMatchExpression()
                .withKey(Marks.SANDBOX)
                .withOperator("Exists")
                .endMatchExpression()
                .endPodSelector()
                .withPolicyTypes(types)
                .withIngress(ingress)
                .withEgress(egress)
                .endSpec()
                .build();
    }

    private static NetworkPolicyIngressRule fromServer() {
        return new NetworkPolicyIngressRuleBuilder()
                .addNewFrom()
                .withNewNamespaceSelector()
                .endNamespaceSelector()
                .withNewPodSelector()
                .withMatchLabels(SERVER)
                .endPodSelector()
                .endFrom()
                .addNewPort()
                .withProtocol("TCP")
                .withPort(new IntOrString(SandboxPod.PORT))
                .endPort()
                .build();
    }

    private static NetworkPolicyEgressRule to(List<String> networks) {
        var rule = new NetworkPolicyEgressRuleBuilder();
        for (String network : networks) {
            rule.addNewTo().withNewIpBlock().withCidr(network).endIpBlock().endTo();
        }
        return rule.build();
    }

    /** At any other host port 53 would be a way out to everywhere. */
    private static NetworkPolicyEgressRule toNames() {
        var rule = new NetworkPolicyEgressRuleBuilder()
                .addNewTo()
                .withNewNamespaceSelector()
                .endNamespaceSelector()
                .withNewPodSelector()
                .withMatchLabels(CLUSTER_DNS)
                .endPodSelector()
                .endTo()
                .addNewTo()
                .withNewIpBlock()
                .withCidr(NODE_DNS)
                .endIpBlock()
                .endTo();
        for (String protocol : List.of("UDP", "TCP")) {
            rule.addNewPort()
                    .withProtocol(protocol)
                    .withPort(new IntOrString(53))
                    .endPort();
        }
        return rule.build();
    }
}
