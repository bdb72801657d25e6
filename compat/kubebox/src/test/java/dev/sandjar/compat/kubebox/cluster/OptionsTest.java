package dev.sandjar.compat.kubebox.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made, and what is refused before the cluster is asked. */
class OptionsTest {
    @Test
    void aPodIsMadeAsKubeboxMakesItAndWithoutItsPowers() {
        Pod pod = PodManifest.of("box", "ns", PodOptions.defaults().withPorts(3000));
        var container = pod.getSpec().getContainers().getFirst();

        assertThat(container.getName()).isEqualTo("box");
        assertThat(container.getImage()).isEqualTo("speckai/sandbox:latest");
        assertThat(container.getPorts())
                .extracting(port -> port.getContainerPort())
                .containsExactly(80, 3000);
        assertThat(container.getEnv()).isEmpty();
        assertThat(container.getResources().getRequests())
                .isEqualTo(container.getResources().getLimits());
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getReadinessProbe()).isNotNull();
        assertThat(pod.getMetadata().getLabels()).isEqualTo(Map.of("app", "box"));
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSpec().getRestartPolicy()).isNull();
    }

    @Test
    void whoeverRunsAsSomebodyIsNotRoot() {
        var context = PodManifest.of("box", "ns", PodOptions.defaults().withRunAs(1000))
                .getSpec()
                .getSecurityContext();

        assertThat(context.getRunAsNonRoot()).isTrue();
        assertThat(context.getRunAsUser()).isEqualTo(1000);
    }

    @Test
    void aChangeIsMadeAfterThoseBefore() {
        var seen = new ArrayList<String>();
        PodManifest.of(
                "box",
                "ns",
                PodOptions.defaults()
                        .withChange(pod -> {
                            seen.add("first");
                            return pod;
                        })
                        .withChange(pod -> {
                            seen.add("second");
                            return pod;
                        }));

        assertThat(seen).containsExactly("first", "second");
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 0, -1, 65_536})
    void aPortThatCannotBeOneIsRefused(int port) {
        assertThatThrownBy(() -> PodOptions.defaults().withPorts(port)).isInstanceOf(KubeboxException.class);
        assertThatThrownBy(() -> ServiceOptions.defaults().withPorts(port)).isInstanceOf(KubeboxException.class);
    }

    @Test
    void port80IsTheServers() {
        assertThatThrownBy(() -> PodOptions.defaults().withPorts(3000, 80))
                .hasMessage("ports is one with 80, which is the sandbox's server's, allowed: any other");
    }

    @Test
    void aPortThatComesTwiceIsRefused() {
        assertThatThrownBy(() -> PodOptions.defaults().withPorts(1, 1)).isInstanceOf(KubeboxException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Box", "-a", "a-", "a.b", "1a", "a b", "a/b", "a\nb"})
    void aNameThatThePodCannotHaveIsRefused(String name) {
        assertThatThrownBy(() -> Names.pod(name))
                .isInstanceOf(KubeboxException.class)
                .hasMessageStartingWith("pod name is \"");
    }

    @Test
    void theLongestNameLeavesRoomForTheServices() {
        String longest = "a".repeat(55);

        assertThat(ServiceManifest.name(Names.pod(longest))).hasSize(63);
        assertThatThrownBy(() -> Names.pod(longest + "a")).isInstanceOf(KubeboxException.class);
    }

    @ParameterizedTest
    @CsvSource({"0, 1Gi", "x, 1Gi", "1, -1", "'', 1Gi", "1, much"})
    void aQuantityThatIsNoneIsRefused(String cpu, String memory) {
        assertThatThrownBy(() -> PodOptions.defaults().withResources(cpu, memory))
                .isInstanceOf(KubeboxException.class)
                .hasMessageEndingWith("allowed: a quantity above 0 such as 500m or 2Gi");
    }

    @Test
    void rootIsNobodyToRunAs() {
        assertThatThrownBy(() -> PodOptions.defaults().withRunAs(0)).isInstanceOf(KubeboxException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7, 203.0.113.7/32",
        "10.0.0.0/8, 10.0.0.0/8",
        "0.0.0.0/0, 0.0.0.0/0",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1/128",
        "2001:db8::/32, 2001:db8:0:0:0:0:0:0/32"
    })
    void anAddressIsABlock(String allowed, String block) {
        var policy = PolicyManifest.of("s", "ns", Map.of("app", "box"), List.of(allowed));

        assertThat(policy.getSpec()
                        .getIngress()
                        .getFirst()
                        .getFrom()
                        .getFirst()
                        .getIpBlock()
                        .getCidr())
                .isEqualTo(block);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "::/129", "1.2.3.4/8/8", "*"})
    void whatIsNoAddressIsRefused(String allowed) {
        assertThatThrownBy(() -> PolicyManifest.of("s", "ns", Map.of(), List.of(allowed)))
                .isInstanceOf(KubeboxException.class)
                .hasMessageStartingWith("allowed address is \"" + allowed + "\"");
    }

    @Test
    void anAddressOfIpv6IsInBracketsInAUrl() {
        assertThat(new ServiceAddress("2001:db8::1", 80).url()).isEqualTo("http://[2001:db8::1]:80");
        assertThat(new ServiceAddress("a.example", 8080).url()).isEqualTo("http://a.example:8080");
    }
}
