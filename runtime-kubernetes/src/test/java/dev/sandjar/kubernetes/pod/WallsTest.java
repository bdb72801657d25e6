package dev.sandjar.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import java.util.List;
import org.junit.jupiter.api.Test;

class WallsTest {
    private static NetworkPolicy policy(List<String> egress, String name) {
        return Walls.of(egress).stream()
                .filter(one -> one.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void noSandboxReachesAnythingAndOnlyTheServerReachesItsAgent() {
        assertThat(Walls.of(List.of())).hasSize(1);
        var spec = policy(List.of(), "sandjar-closed").getSpec();
        assertThat(spec.getPodSelector().getMatchLabels()).isEmpty();
        assertThat(spec.getPodSelector().getMatchExpressions())
                .singleElement()
                .satisfies(one -> assertThat(one.getKey() + one.getOperator()).isEqualTo(Marks.SANDBOX + "Exists"));
        assertThat(spec.getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(spec.getEgress()).isEmpty();
        assertThat(spec.getIngress()).singleElement().satisfies(rule -> {
            assertThat(rule.getFrom())
                    .singleElement()
                    .satisfies(peer -> assertThat(peer.getPodSelector().getMatchLabels())
                            .containsEntry("app.kubernetes.io/name", "sandjar"));
            assertThat(rule.getPorts())
                    .singleElement()
                    .satisfies(port -> assertThat(port.getPort().getIntVal()).isEqualTo(SandboxPod.PORT));
        });
    }

    @Test
    void whoHasNetworkReachesTheNetworksThatAreAllowed() {
        var spec = policy(List.of("10.0.0.0/8", "192.0.2.0/24"), "sandjar-outbound")
                .getSpec();
        assertThat(spec.getPodSelector().getMatchLabels()).containsEntry(Marks.NETWORK, "outbound");
        assertThat(spec.getEgress().getFirst().getTo())
                .extracting(peer -> peer.getIpBlock().getCidr())
                .containsExactly("10.0.0.0/8", "192.0.2.0/24");
    }

    @Test
    void portsForNamesAreOpenAtTheClustersResolversOnly() {
        NetworkPolicyEgressRule names = policy(List.of("10.0.0.0/8"), "sandjar-outbound")
                .getSpec()
                .getEgress()
                .get(1);
        assertThat(names.getPorts())
                .allSatisfy(port -> assertThat(port.getPort().getIntVal()).isEqualTo(53));
        List<NetworkPolicyPeer> to = names.getTo();
        assertThat(to).hasSize(2);
        assertThat(to.get(0).getPodSelector().getMatchLabels()).containsEntry("k8s-app", "kube-dns");
        assertThat(to.get(1).getIpBlock().getCidr()).isEqualTo("169.254.20.10/32");
    }
}
