package dev.sandjar.compat.kubebox.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.compat.kubebox.error.ClusterException;
import dev.sandjar.compat.kubebox.error.PodFailedException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods, services, secrets and policies on a real cluster; what kubebox promised of them and did not do is named by its number. */
@Tag("cluster")
class KubeboxTest {
    private static final Duration BRIEF = Duration.ofMillis(500);

    private static TestNamespace namespace;
    private static Kubebox kubebox;
    private static KubeboxPod pod;
    private static Duration took;

    @BeforeAll
    static void makeOne() throws Exception {
        namespace = new TestNamespace();
        kubebox = Kubebox.open(TestNamespace.kubeconfig());
        kubebox.createSecret("keys", namespace.name, Map.of("KUBEBOX_PUBLIC_KEY", "an old key"));
        kubebox.createSecret("keys", namespace.name, Map.of("KUBEBOX_PUBLIC_KEY", "a public key"));
        pod = kubebox.createPod(
                "box",
                namespace.name,
                TestNamespace.serving(
                                "echo key=$KUBEBOX_PUBLIC_KEY; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; ls /var/run/secrets")
                        .withUsername("Alice")
                        .withPorts(3000)
                        .withPublicKey("keys", "KUBEBOX_PUBLIC_KEY"));
        took = pod.waitUntilReady();
    }

    @AfterAll
    static void removeAll() {
        kubebox.close();
        namespace.close();
    }

    // ---- pods

    @Test
    void aPodIsReadyOnceSomethingListensOnPort80() {
        assertThat(pod.isNew()).isTrue();
        assertThat(took).isPositive();
        assertThat(namespace
                        .pod("box")
                        .getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getReady())
                .isTrue();
        assertThat(namespace.pod("box").getMetadata().getLabels()).isEqualTo(Map.of("app", "box", "username", "Alice"));
    }

    @Test
    void itsServerGetsThePublicKeyAsItWasSaidLast() {
        assertThat(namespace.log("box")).startsWith("key=a public key\n");
    }

    @Test
    void gap21WhatRunsInAPodHasLimitsAndNoPowers() {
        assertThat(namespace.log("box"))
                .contains("CapEff:\t0000000000000400\n") // to listen on port 80
                .contains("NoNewPrivs:\t1\n")
                .contains("Seccomp:\t2\n")
                .doesNotContain("kubernetes.io/serviceaccount");
        assertThat(namespace
                        .pod("box")
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getLimits())
                .hasToString("{cpu=100m, memory=32Mi}");
    }

    @Test
    void gap21NothingInAPodRunsAsRootIfThatIsSaid() throws Exception {
        KubeboxPod other = kubebox.createPod(
                "user", namespace.name, TestNamespace.serving("id -u; echo").withRunAs(1234));
        Waiting.until(
                "it has said so",
                () -> namespace.pod("user").getStatus().getPhase().equals("Running")
                        && namespace.log("user").startsWith("1234\n"));
        assertThat(other.destroy()).isTrue();
    }

    @Test
    void aPodOfThatNameIsLeftAsItIs() throws Exception {
        KubeboxPod again = kubebox.createPod("box", namespace.name, TestNamespace.serving("echo other"));

        assertThat(again.isNew()).isFalse();
        assertThat(again.waitUntilReady()).isLessThan(Duration.ofSeconds(10));
        assertThat(namespace.log("box")).startsWith("key=");
    }

    @Test
    void allPodsOfTheNamespaceAreListed() {
        namespace.client.resource(somebodyElses()).create();

        assertThat(kubebox.getAllPods(namespace.name))
                .extracting(KubeboxPod::name)
                .contains("box", "database");
    }

    private static Pod somebodyElses() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("database")
                .withNamespace(namespace.name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("sandjar.invalid/none:1")
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void aPodThatWillNeverBeReadySaysWhy() {
        KubeboxPod broken = kubebox.createPod(
                "broken", namespace.name, TestNamespace.serving("true").withImage("sandjar.invalid/none:1"));

        assertThatThrownBy(broken::waitUntilReady)
                .isInstanceOf(PodFailedException.class)
                .hasMessageStartingWith("pod broken in " + namespace.name
                        + " will not be ready: its image sandjar.invalid/none:1: ErrImagePull");
        broken.destroy();
    }

    @Test
    void gap19WaitingForAPodHasALimitAndSaysWhatItWaitsFor() {
        KubeboxPod nowhere = kubebox.createPod(
                "nowhere", namespace.name, TestNamespace.serving("true").withChange(KubeboxTest::forNoNode));

        assertThatThrownBy(() -> nowhere.waitUntilReady(Duration.ofSeconds(2)))
                .isInstanceOf(WaitLimitException.class)
                .hasMessageContaining("is not ready (Unschedulable: ")
                .hasMessageEndingWith("within 2 seconds (the limit of waitUntilReady)");
        nowhere.destroy();
    }

    private static Pod forNoNode(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addToNodeSelector("sandjar.dev/no-such", "node")
                .endSpec()
                .build();
    }

    @Test
    void aPodThatIsDeletedMeanwhileIsNotWaitedFor() throws Exception {
        KubeboxPod brief = kubebox.createPod(
                "brief", namespace.name, TestNamespace.serving("true").withChange(KubeboxTest::forNoNode));
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> waiting = tasks.submit(() -> assertThatThrownBy(brief::waitUntilReady)
                    .isInstanceOf(PodFailedException.class)
                    .hasMessageMatching(".* will not be ready: (there is no such pod|somebody is deleting it)"));
            assertThat(brief.destroy()).isTrue();
            waiting.get();
        }
        assertThat(brief.destroy()).isFalse();
    }

    // ---- services

    @Test
    void gap19And22ALoadBalancersAddressIsWaitedForWithALimit() throws Exception {
        KubeboxService service = kubebox.createService(
                "balanced",
                namespace.name,
                ServiceOptions.defaults().withUsername("Alice").withPorts(3000));
        assertThatThrownBy(() -> service.externalAddress(BRIEF))
                .isInstanceOf(WaitLimitException.class)
                .hasMessage(
                        "service balanced-service in " + namespace.name
                                + " has no address: no load balancer has given it one within 0.5 seconds (the limit of externalAddress)");
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ServiceAddress> waiting = tasks.submit(() -> service.waitUntilReady());
            namespace.giveBalancer("balanced-service", "203.0.113.7");

            assertThat(waiting.get()).isEqualTo(new ServiceAddress("203.0.113.7", 80));
        }
        Service made = namespace.service("balanced-service");
        assertThat(made.getSpec().getExternalTrafficPolicy()).isEqualTo("Local");
        assertThat(made.getSpec().getSelector()).isEqualTo(Map.of("app", "balanced"));
        assertThat(made.getMetadata().getLabels()).isEqualTo(Map.of("app", "balanced", "username", "Alice"));
        assertThat(made.getSpec().getPorts())
                .extracting(ServicePort::getName, ServicePort::getPort)
                .containsExactly(tuple("api", 80), tuple("dev-3000", 3000));
    }

    @Test
    void gap22AServiceNeedsNoLoadBalancer() throws Exception {
        KubeboxService inside = kubebox.createService(
                "box", namespace.name, ServiceOptions.defaults().withType(ServiceOptions.Type.CLUSTER_IP));
        assertThat(inside.waitUntilReady())
                .isEqualTo(new ServiceAddress(
                        namespace.service("box-service").getSpec().getClusterIP(), 80));

        KubeboxService atNode = kubebox.createService(
                "box", namespace.name, ServiceOptions.defaults().withType(ServiceOptions.Type.NODE_PORT));
        assertThat(atNode.waitUntilReady())
                .isEqualTo(new ServiceAddress(
                        namespace.pod("box").getStatus().getHostIP(),
                        namespace
                                .service("box-service")
                                .getSpec()
                                .getPorts()
                                .getFirst()
                                .getNodePort()));
    }

    @Test
    void aServiceThatIsThereIsChanged() {
        kubebox.createService(
                "changing", namespace.name, ServiceOptions.defaults().withPorts(3000, 4000));
        kubebox.createService(
                "changing",
                namespace.name,
                ServiceOptions.defaults().withPorts(5000).withType(ServiceOptions.Type.CLUSTER_IP));

        assertThat(namespace.service("changing-service").getSpec().getType()).isEqualTo("ClusterIP");
        assertThat(namespace.service("changing-service").getSpec().getPorts())
                .extracting(ServicePort::getPort)
                .containsExactly(80, 5000);
    }

    @Test
    void allServicesOfTheNamespaceAreListed() {
        kubebox.createService("listed", namespace.name, ServiceOptions.defaults());

        assertThat(kubebox.getAllServices(namespace.name))
                .extracting(KubeboxService::name)
                .contains("listed-service");
    }

    @Test
    void aServiceThatIsNotThereIsToldSo() {
        KubeboxService gone = kubebox.createService("gone", namespace.name, ServiceOptions.defaults());
        assertThat(gone.destroy()).isTrue();

        assertThat(gone.destroy()).isFalse();
        assertThatThrownBy(gone::externalAddress)
                .isInstanceOf(ClusterException.class)
                .hasMessage("service gone-service in " + namespace.name + " is not there");
    }

    // ---- policies

    /** Whom it selects and what it allows. Not that traffic is stopped: the network of dev/cluster is a plain bridge, which enforces no policies. */
    @Test
    void gap18And24APolicySelectsThePodThatTheServiceSelects() {
        KubeboxService service = kubebox.createService(
                "box", namespace.name, ServiceOptions.defaults().withType(ServiceOptions.Type.NODE_PORT));
        service.updateNetworkPolicy(List.of("203.0.113.7", "10.1.0.0/16"));

        var policy = namespace.policy("box-service");
        assertThat(namespace.selectedBy(policy)).containsExactly("box");
        assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(policy.getSpec().getIngress().getFirst().getFrom())
                .extracting(peer -> peer.getIpBlock().getCidr())
                .containsExactly("203.0.113.7/32", "10.1.0.0/16");
        assertThat(policy.getSpec().getEgress().getFirst().getTo())
                .extracting(peer -> peer.getIpBlock().getCidr())
                .containsExactly("203.0.113.7/32", "10.1.0.0/16");
    }

    @Test
    void aPolicyThatIsThereBeforeItsPodGoesAfterIt() throws Exception {
        KubeboxService service = kubebox.createService("confined", namespace.name, ServiceOptions.defaults());
        service.updateNetworkPolicy(List.of());
        KubeboxPod confined = kubebox.createPod(
                "confined", namespace.name, TestNamespace.serving("true").withChange(KubeboxTest::forNoNode));
        service.destroy();

        assertThat(namespace.selectedBy(namespace.policy("confined-service"))).containsExactly("confined");
        confined.destroy();
        Waiting.until("it is gone, too", () -> namespace.policy("confined-service") == null);
    }

    @Test
    void aPolicyIsReplacedAndGoesWithItsService() {
        KubeboxService service = kubebox.createService("replaced", namespace.name, ServiceOptions.defaults());
        service.updateNetworkPolicy(List.of("203.0.113.7"));
        service.updateNetworkPolicy(List.of());

        assertThat(namespace.policy("replaced-service").getSpec().getIngress()).isEmpty();
        assertThat(namespace.policy("replaced-service").getSpec().getPolicyTypes())
                .hasSize(2);
        service.destroy();
        assertThat(namespace.policy("replaced-service")).isNull();
    }

    // ---- access

    @Test
    void aStateFileGoesBeforeAKubeconfig(@TempDir Path folder) throws Exception {
        String state =
                "{\"resources\":[{\"type\":\"azurerm_kubernetes_cluster\",\"instances\":[{\"attributes\":{\"kube_config_raw\":"
                        + new ObjectMapper().writeValueAsString(TestNamespace.kubeconfig())
                        + "}}]}]}";
        Path file = Files.writeString(folder.resolve("terraform.tfstate"), state);
        try (var other = Kubebox.open(Optional.of("not used"), Optional.of(file))) {
            assertThat(other.getAllPods(namespace.name))
                    .extracting(KubeboxPod::name)
                    .contains("box");
        }
    }

    @Test
    void whatTheClusterRefusesIsToldInItsWords() {
        assertThatThrownBy(() -> kubebox.createPod("box", "no-such-namespace", TestNamespace.serving("true")))
                .isInstanceOfSatisfying(
                        ClusterException.class, e -> assertThat(e.status()).isEqualTo(404))
                .hasMessage("making pod box in no-such-namespace failed: namespaces \"no-such-namespace\" not found");
    }
}
